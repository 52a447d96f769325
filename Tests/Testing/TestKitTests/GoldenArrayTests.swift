import TestKit
import Testing

@Suite("Golden arrays")
struct GoldenArrayTests {
    static let files =
        (0..<8).map { "slice\($0).npz" } + [
            "sequences_retrieval.npz", "transformer_labels.npz", "network.npz",
        ]

    @Test(
        "every array of every golden file unpacks with its checksum",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
        arguments: files
    )
    func unpacksAll(name: String) throws {
        let golden = try SharedData.golden(name)
        #expect(golden.names.count > 10)
        for array in golden.names { #expect(try golden.array(array).count > 0) }
    }

    @Test(
        "values are those which numpy reads",
        .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
    )
    func readsValues() throws {
        let golden = try SharedData.golden("slice0.npz")
        #expect(try golden.integers("mean2x2_hu_times_4_int16").reduce(0, +) == -188_188_131)
        #expect(try golden.scalar("area_cm2") == 169.50001636320002)
        #expect(abs(try golden.doubles("crop_float16").reduce(0, +) - 16366.64) < 0.05)
        #expect(try golden.integers("lung_pixels_left_right") == [2701, 1742])
        #expect(try golden.integers("body_mask").reduce(0, +) == 20662)
        #expect(try golden.floats("hog")[0..<2] == [0.13436621, 0.44779453])
        #expect(try golden.shape("label_planes") == [10, 32, 32])
    }

    @Test("refuses what is neither an npy nor an npz file, and a damaged one")
    func refusesDamage() throws {
        #expect(throws: GoldenArrayError.self) { try NumpyArray(Array("no array at all".utf8)) }
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n"
        let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
        let whole = start + Array(header.utf8) + [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 192]
        #expect(try NumpyArray(whole).floats == [1, 2, -3])
        #expect(throws: GoldenArrayError.self) { try NumpyArray(Array(whole.dropLast())) }
        let fortran =
            start + Array(header.replacing("False", with: "True ").utf8) + Array(repeating: 0, count: 12)
        #expect(throws: GoldenArrayError.self) { try NumpyArray(fortran) }
    }
}

@Suite("SplitMix64")
struct SplitMix64Tests {
    @Test("gives the published sequence of seed 1234567")
    func publishedSequence() {
        var random = SplitMix64(seed: 1_234_567)
        let first = (0..<3).map { _ in random.next() }
        #expect(first == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}

import ImageCodecs
import TestKit
import Testing

/// One real slice in every transfer syntax that hospitals use.
@Suite("Transfer syntaxes", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct TransferSyntaxTests {
    private func values(_ name: String) throws -> [Int16] {
        try decodeObject(try SharedData.bytes("conformance/transfer-syntaxes/" + name)).values
    }

    private func largestDifference(_ first: [Int16], _ second: [Int16]) -> Int {
        zip(first, second).map { abs(Int($0) - Int($1)) }.max() ?? .max
    }

    @Test("the lossless variants of one slice decode to identical pixels")
    func losslessVariantsAgree() throws {
        let reference = try values("CT1_UNC.explicit_little_endian.dcm")
        #expect(reference.count == 512 * 512)
        // Of pydicom 3.0 with numpy: slope × stored + intercept, padding to -1024.
        #expect(crc32(reference) == 1_526_801_606)
        let names = [
            "UNC.implicit_little_endian.dcm", "UNC.explicit_big_endian.dcm", "RLE", "JPLL", "JLSL", "J2KR",
        ]
        for name in names {
            #expect(try values("CT1_" + name) == reference, "\(name)")
        }
        let second = try values("CT2_RLE")
        #expect(crc32(second) == 2_786_021_262)
        for name in ["JPLL", "JLSL", "J2KR"] {
            #expect(try values("CT2_" + name) == second, "\(name)")
        }
    }

    @Test("the lossy variants differ by no more than their compression allows")
    func lossyVariantsAreNear() throws {
        let reference = try values("CT1_RLE")
        let nearLossless = largestDifference(try values("CT1_JLSN"), reference)
        #expect(nearLossless > 0 && nearLossless <= 4)
        let jpeg2000 = largestDifference(try values("CT1_J2KI"), reference)
        #expect(jpeg2000 > 0 && jpeg2000 <= 352)
    }

    @Test("says through which syntax an object came, and whether that was lossy")
    func namesTheSyntax() throws {
        let names = ["UNC.implicit_little_endian.dcm", "JPLL", "JLSN", "J2KI", "RLE"]
        let objects = try names.map {
            try decodeObject(try SharedData.bytes("conformance/transfer-syntaxes/CT1_" + $0))
        }
        let root = "1.2.840.10008.1.2"
        #expect(
            objects.map(\.transferSyntax) == [
                root, root + ".4.70", root + ".4.81", root + ".4.91", root + ".5",
            ]
        )
        #expect(objects.map(\.isLossy) == [false, false, true, true, false])
    }

    @Test("JPEG 2000 whose codestream is unsigned beside signed pixels keeps its numbers")
    func signOfJPEG2000() throws {
        let folder = "conformance/assorted/"
        let plain = try decodeObject(try SharedData.bytes(folder + "693_UNCR.dcm"))
        let packed = try decodeObject(try SharedData.bytes(folder + "693_J2KR.dcm"))
        #expect(packed.values == plain.values)
        #expect(plain.paddingCount > 0)
    }
}

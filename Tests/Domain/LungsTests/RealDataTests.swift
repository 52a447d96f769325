import TestKit
import Testing
import Tomography

@testable import Lungs

/// Real files, from bytes to lungs. Failures name a file by its place in the list only.
@Suite("real data", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RealDataTests {
    private func slice(_ path: String) throws -> CTSlice {
        try #require(try decodedSlice(try SharedData.bytes(path)))
    }

    /// One line of areas.csv: a CT file, and the lungs that the reference found in it.
    private struct Expected {
        let path: String
        let counts: [Int]
        let area: Double

        init?(_ line: Substring) {
            let fields = line.split(separator: ",")
            guard fields.count == 4, let left = Int(fields[1]), let right = Int(fields[2]),
                let area = Double(fields[3])
            else { return nil }
            path = String(fields[0])
            counts = [left, right]
            self.area = area
        }
    }

    @Test("the lungs of every CT file, pixel for pixel")
    func everyFile() throws {
        let text = String(decoding: try fileBytes(try SharedData.goldenPath("areas.csv")), as: UTF8.self)
        let expected = text.split(whereSeparator: \.isNewline).dropFirst().compactMap(Expected.init)
        #expect(expected.count > 300)
        for (number, file) in expected.enumerated() {
            let found = LungSegmenter(recipe: .reference).segment(try slice(file.path))
            let counts = found.mask.pixelCounts
            #expect([counts.left, counts.right] == file.counts, "line \(number + 2)")
            // The list rounds to four digits.
            #expect(abs(found.areaSquareCentimeters - file.area) < 1e-4, "line \(number + 2)")
            #expect(found.containsLung == (file.area >= 20), "line \(number + 2)")
        }
    }

    @Test(
        "a JPEG picture shrinks to the reference's grid, and shows its lungs",
        arguments: GoldenSlice.pictures
    )
    func pictures(_ item: GoldenSlice) throws {
        let golden = try item.arrays()
        let source = try slice(try #require(try golden.texts("source").first))
        #expect(source.scale == .grey8)
        let small = SmallPicture(of: source)
        let shape = try golden.shape("grey_small_uint8")
        #expect([small.rows, small.columns] == shape)
        // Decoders of JPEG may round differently by one.
        let values = try golden.array("grey_small_uint8").integers
        #expect(zip(small.values, values).allSatisfy { abs(Int($0) - $1) <= 1 })
        let labels = try golden.array("lung_mask").integers
        let found = LungSegmenter().segment(source)
        #expect(zip(found.mask.labels, labels).count { Int($0) != $1 } <= labels.count / 1_000)
    }
}

import TestKit
import Testing
import Tomography

@testable import Lungs

/// Every size and content of a slice is answered, whatever it shows.
@Suite("sizes and contents")
struct SizeTests {
    private static let sizes = [
        (1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (1, 512), (512, 1), (5, 700), (31, 33), (255, 257),
        (511, 513),
        (1024, 16),
    ]

    private func check(_ slice: CTSlice) {
        let found = LungSegmenter().segment(slice)
        #expect(found.mask.labels.count == found.mask.rows * found.mask.columns)
        #expect(found.areaSquareCentimeters.isFinite)
        #expect((0...1).contains(found.shareOfBody))
        let crop = lungCrop(of: slice, segmentation: found)
        let hasLung = found.mask.labels.contains { $0 > 0 }
        #expect((crop != nil) == hasLung)
        #expect(outlines(of: found.mask).isEmpty == !hasLung)
    }

    @Test("constant slices of every size hold no lung", arguments: sizes)
    func constant(rows: Int, columns: Int) throws {
        for scale in [IntensityScale.hounsfield, .grey8] {
            for value in [Int16.min, -1000, -500, 0, 128, 255, .max] {
                let values = [Int16](repeating: value, count: rows * columns)
                let slice = try #require(
                    CTSlice(rows: rows, columns: columns, scale: scale, spacing: nil, values: values)
                )
                check(slice)
                #expect(!LungSegmenter().segment(slice).containsLung)
            }
        }
    }

    @Test("noise of every size is answered", arguments: sizes)
    func noise(rows: Int, columns: Int) throws {
        var random = SplitMix64(seed: UInt64(rows * 10_000 + columns))
        for scale in [IntensityScale.hounsfield, .grey8] {
            let values = (0..<rows * columns).map { _ in Int16.random(in: .min ... .max, using: &random) }
            check(
                try #require(
                    CTSlice(rows: rows, columns: columns, scale: scale, spacing: nil, values: values)
                )
            )
        }
    }

    @Test("spacings at both ends of what is plausible", arguments: [0.01, 0.05, 20])
    func spacings(millimeters: Double) throws {
        var drawing = SyntheticSlice.chest
        drawing.millimeters = millimeters
        let found = LungSegmenter().segment(try #require(drawing.slice))
        // A body of a few millimeters is none; at 20 mm a pixel all lungs are far larger than the limit.
        #expect(found.containsLung == (millimeters > 1))
    }

    @Test(
        "odd, oblong and large slices show the same lungs",
        arguments: [(513, 512), (512, 701), (1024, 1024)]
    )
    func oddSizes(rows: Int, columns: Int) throws {
        var drawing = SyntheticSlice.chest
        drawing.rows = rows
        drawing.columns = columns
        let found = LungSegmenter().segment(try #require(drawing.slice))
        let usual = LungSegmenter().segment(try #require(SyntheticSlice.chest.slice))
        #expect((found.mask.rows, found.mask.columns) == (rows / 2, columns / 2))
        #expect(found.areaSquareCentimeters == usual.areaSquareCentimeters)
    }

    @Test("lungs that reach the edge of the slice")
    func cutOff() throws {
        let drawing = SyntheticSlice.chest.moved(x: -150, y: 120)
        check(try #require(drawing.slice))
        check(try #require(drawing.picture))
    }
}

import Testing
import Tomography

@testable import Lungs

/// Whole series of drawn bodies.
@Suite("whole series")
struct SeriesSegmentationTests {
    /// Gas that alone looks like lung: it lies behind and is not dark enough for gas.
    private static let stool = SyntheticSlice.Ellipse(
        x: 256,
        y: 300,
        radiusX: 30,
        radiusY: 20,
        hounsfield: -700
    )

    private func placed(_ drawings: [SyntheticSlice], apart: Double = 5) throws -> [PlacedSlice] {
        try drawings.enumerated().map { number, drawing in
            PlacedSlice(slice: try #require(drawing.slice), offsetMillimeters: -apart * Double(number))
        }
    }

    private var small: SyntheticSlice {
        SyntheticSlice(ellipses: [
            SyntheticSlice.body, .init(x: 150, y: 256, radiusX: 40, radiusY: 60, hounsfield: -820),
            .init(x: 362, y: 256, radiusX: 40, radiusY: 60, hounsfield: -820),
        ])
    }

    @Test("what no neighbor continues is not lung")
    func gas() throws {
        var base = small
        base.ellipses.append(Self.stool)
        let abdomen = SyntheticSlice(ellipses: [SyntheticSlice.body, Self.stool])
        let series = try placed([.chest, small, base, abdomen])
        let alone = series.map { LungSegmenter().segment($0.slice) }
        let found = LungSegmenter().segment(series: series)
        #expect(found[0] == alone[0])
        #expect(found[1] == alone[1])
        #expect(found[2] != alone[2])
        #expect(found[2].mask == alone[1].mask)
        #expect(alone[3].areaSquareCentimeters > 0)
        #expect(found[3].areaSquareCentimeters == 0)
        #expect(found[3].reason == "lung area 0.0 cm² is below 20 cm²")
    }

    @Test("masks alone say the same, and reviewed ones stay as they are")
    func masks() throws {
        var base = small
        base.ellipses.append(Self.stool)
        let abdomen = SyntheticSlice(ellipses: [SyntheticSlice.body, Self.stool])
        let series = try placed([abdomen, small, .chest, small, base, abdomen])
        func masks(_ found: [LungSegmentation]) -> [PlacedMask] {
            zip(found, series).map { PlacedMask(mask: $0.mask, offsetMillimeters: $1.offsetMillimeters) }
        }
        let alone = series.map { LungSegmenter().segment($0.slice) }
        let labels = LungSegmenter().reviewed(series: masks(alone))
        #expect(labels.keys.sorted() == [0, 4, 5])
        let whole = LungSegmenter().segment(series: series)
        for (index, found) in alone.enumerated() {
            #expect(whole[index] == labels[index].map { found.replacing($0) } ?? found)
        }
        #expect(LungSegmenter().reviewed(series: masks(whole)).isEmpty)
        #expect(LungSegmenter().reviewed(series: []).isEmpty)
    }

    @Test("slices far apart, or of another size, say nothing of each other")
    func unrelated() throws {
        let abdomen = SyntheticSlice(ellipses: [SyntheticSlice.body, Self.stool])
        let far = try placed([.chest, abdomen], apart: 16)
        #expect(LungSegmenter().segment(series: far) == far.map { LungSegmenter().segment($0.slice) })
        var other = abdomen
        other.rows = 500
        let sized = try placed([.chest, other])
        #expect(LungSegmenter().segment(series: sized) == sized.map { LungSegmenter().segment($0.slice) })
    }

    @Test("a piece that continues the other lung belongs to it")
    func sides() throws {
        // Alone, a piece right of the middle is the lung on the right; here the left lung reaches over the
        // middle.
        let wide = SyntheticSlice(ellipses: [
            SyntheticSlice.body, .init(x: 165, y: 256, radiusX: 115, radiusY: 110, hounsfield: -820),
            .init(x: 400, y: 256, radiusX: 50, radiusY: 90, hounsfield: -820),
        ])
        let narrow = SyntheticSlice(ellipses: [
            SyntheticSlice.body, .init(x: 268, y: 256, radiusX: 8, radiusY: 50, hounsfield: -820),
        ])
        let series = try placed([wide, narrow])
        #expect(LungSegmenter().segment(narrow.slice ?? series[1].slice).mask.pixelCounts.right > 0)
        let found = LungSegmenter().segment(series: series)
        #expect(found[1].mask.pixelCounts.right == 0)
        #expect(found[1].mask.pixelCounts.left > 200)
    }

    @Test("order does not matter, and no slices are no masks")
    func order() throws {
        let series = try placed([small, .chest, small])
        let found = LungSegmenter().segment(series: series)
        #expect(LungSegmenter().segment(series: series.reversed()) == found.reversed())
        #expect(LungSegmenter().segment(series: []).isEmpty)
    }
}

import Testing
import Tomography

@testable import Lungs

/// 8-bit pictures: the same lungs as in Hounsfield units.
@Suite("pictures")
struct PictureTests {
    @Test("a picture of two lungs is usable")
    func twoLungs() throws {
        let picture = LungSegmenter().segment(try #require(SyntheticSlice.chest.picture))
        let slice = LungSegmenter().segment(try #require(SyntheticSlice.chest.slice))
        #expect(picture.containsLung)
        #expect((picture.mask.rows, picture.mask.columns) == (256, 256))
        #expect(picture.mask.millimetersPerPixel == nil)
        let same = zip(picture.mask.labels, slice.mask.labels).count { $0 == $1 }
        #expect(same > 65_000)
        #expect(abs(picture.shareOfBody - slice.shareOfBody) < 0.02)
        // The body is 308 mm wide and taken to be 340 mm.
        let stretch = (340.0 / 308) * (340.0 / 308)
        #expect(abs(picture.areaSquareCentimeters / slice.areaSquareCentimeters - stretch) < 0.03)
    }

    @Test("a picture without lungs is not usable")
    func noLungs() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses = [SyntheticSlice.body]
        let found = LungSegmenter().segment(try #require(drawing.picture))
        #expect(!found.containsLung)
        #expect(found.reason == "lungs are 0.0 % of the body, below 6 %")
    }

    @Test("a crop of the picture looks like the crop of the slice")
    func sameCrop() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses.append(.init(x: 150, y: 230, radiusX: 14, radiusY: 14, hounsfield: 40))
        let crops = try [drawing.slice, drawing.picture].map { slice in
            let slice = try #require(slice)
            return try #require(lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)))
        }
        let differences = zip(crops[0].image, crops[1].image).map { abs($0 - $1) }
        #expect(differences.reduce(0, +) / Float(differences.count) < 0.08)
    }

    @Test("shrinking to a long side of 256 takes means")
    func shrinking() throws {
        let values = (0..<512 * 256).map { Int16(($0 % 256) % 2 == 0 ? 10 : 20) }
        let slice = try #require(
            CTSlice(rows: 512, columns: 256, scale: .grey8, spacing: nil, values: values)
        )
        let small = SmallPicture(of: slice)
        #expect((small.rows, small.columns) == (256, 128))
        #expect(small.values.allSatisfy { $0 == 15 })
    }

    @Test("Otsu's threshold parts two classes")
    func otsu() {
        let values = [UInt8](repeating: 20, count: 300) + [UInt8](repeating: 200, count: 100)
        let threshold = otsuThreshold(values)
        #expect(threshold >= 20 && threshold < 200)
        #expect(otsuThreshold([7, 7, 7]) == 7)
        #expect(otsuThreshold([]) == 0)
    }
}

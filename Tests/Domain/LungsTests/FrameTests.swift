import Foundation
import Testing
import Tomography

@testable import Lungs

/// The canonical frame and the crop, on drawn masks and slices.
@Suite("frame and crop")
struct FrameTests {
    /// A mask of two filled rectangles: label 1 and label 2.
    private func mask(_ left: Box, _ right: Box, rows: Int = 100, columns: Int = 200) throws -> LungMask {
        var labels = [UInt8](repeating: 0, count: rows * columns)
        for (label, box) in zip([1, 2] as [UInt8], [left, right]) {
            for y in box.top..<box.bottom {
                for x in box.left..<box.right { labels[y * columns + x] = label }
            }
        }
        return try #require(LungMask(rows: rows, columns: columns, labels: labels, millimetersPerPixel: 1))
    }

    @Test("level lungs are not turned, and their box becomes 112 x 112")
    func level() throws {
        let box = Box(top: 20, bottom: 76, left: 20, right: 70)
        let frame = try #require(
            CanonicalFrame(mask: try mask(box, Box(top: 20, bottom: 76, left: 120, right: 188)))
        )
        #expect(frame.angleRadians == 0)
        #expect(frame.scaleX == 168.0 / 112)
        #expect(frame.scaleY == 56.0 / 112)
        #expect((frame.centerX, frame.centerY) == (103.5, 47.5))
        // The crop's corner lies 8 crop pixels outside the box, whose corner pixel's edge is at 19.5.
        let corner = frame.sourcePoint(x: -0.5 + 8, y: -0.5 + 8)
        #expect(abs(corner.x - 19.5) < 1e-12)
        #expect(abs(corner.y - 19.5) < 1e-12)
    }

    @Test("tilted lungs are leveled, at most by 0.35 rad", arguments: [10, 20, 60])
    func tilted(drop: Int) throws {
        let left = Box(top: 0, bottom: 30, left: 10, right: 60)
        let right = Box(top: drop, bottom: 30 + drop, left: 110, right: 160)
        let frame = try #require(CanonicalFrame(mask: try mask(left, right)))
        #expect(abs(frame.angleRadians - min(atan2(Double(drop), 100), 0.35)) < 1e-12)
    }

    @Test("one lung, a far smaller one, or one above the other gives no angle")
    func noAngle() throws {
        let large = Box(top: 10, bottom: 60, left: 10, right: 60)
        let none = Box(top: 0, bottom: 0, left: 0, right: 0)
        let small = Box(top: 70, bottom: 80, left: 120, right: 140)
        let below = Box(top: 60, bottom: 99, left: 12, right: 62)
        for other in [none, small, below] {
            #expect(try #require(CanonicalFrame(mask: try mask(large, other))).angleRadians == 0)
        }
    }

    @Test("no lung, no frame and no crop")
    func empty() throws {
        let empty = LungMask(emptyWithRows: 9, columns: 9, millimetersPerPixel: nil)
        #expect(CanonicalFrame(mask: empty) == nil)
        #expect(CanonicalFrame(mask: LungMask(emptyWithRows: 0, columns: 0, millimetersPerPixel: nil)) == nil)
    }

    @Test("the crop keeps left and right, and shows lung dark in bright tissue")
    func crop() throws {
        let slice = try #require(SyntheticSlice.chest.slice)
        let crop = try #require(lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)))
        let (left, right, middle) = (64 * 128 + 30, 64 * 128 + 97, 64 * 128 + 64)
        #expect(crop.left[left] == 1 && crop.right[left] == 0)
        #expect(crop.left[right] == 0 && crop.right[right] == 1)
        #expect(crop.left[middle] == 0 && crop.right[middle] == 0)
        #expect(abs(crop.image[left] - 180.0 / 1100) < 0.01)
        #expect(abs(crop.image[middle] - 1040.0 / 1100) < 0.01)
        #expect(crop.image.allSatisfy { (0...1).contains($0) })
    }

    @Test("moving the body does not change the crop")
    func moved() throws {
        let crops = try [SyntheticSlice.chest, SyntheticSlice.chest.moved(x: 12, y: -18)].map { drawing in
            let slice = try #require(drawing.slice)
            return try #require(lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)))
        }
        for (a, b) in zip(crops[0].image, crops[1].image) { #expect(abs(a - b) <= 0x1p-11) }
        for (a, b) in zip(crops[0].left, crops[1].left) { #expect(abs(a - b) <= 0x1p-11) }
    }

    @Test("a segmentation of another slice is refused")
    func otherSlice() throws {
        let found = LungSegmenter().segment(try #require(SyntheticSlice.chest.slice))
        var other = SyntheticSlice.chest
        other.rows = 400
        #expect(lungCrop(of: try #require(other.slice), segmentation: found) == nil)
        #expect(lungCrop(of: try #require(other.picture), segmentation: found) == nil)
    }

    @Test("a crop needs three whole planes of finite numbers")
    func wrongPlanes() {
        let plane = [Float](repeating: 0.5, count: 128 * 128)
        #expect(LungCrop(image: plane, left: plane, right: plane) != nil)
        #expect(LungCrop(image: plane, left: plane, right: Array(plane.dropLast())) == nil)
        #expect(LungCrop(image: plane.dropLast() + [.nan], left: plane, right: plane) == nil)
    }
}

import Foundation
import TestKit
import Testing
import Tomography

@testable import Lungs

/// The crop against a slow twin of its definition, and as bytes.
@Suite("crop")
struct CropTests {
    // MARK: The slow twin: the whole image is blurred, then each pixel of the crop is looked up.

    private static func weights(_ factor: Double) -> [Double] {
        let sigma = 0.45 * max(factor * factor - 1, 0).squareRoot()
        let radius = Int(4 * sigma + 0.5)
        guard radius > 0 else { return [1] }
        let heights = (0...radius).map { exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
        let total = heights[0] + 2 * heights[1...].reduce(0, +)
        return heights.map { $0 / total }
    }

    private static func mirrored(_ place: Int, _ count: Int) -> Int {
        let inPeriod = ((place % (2 * count)) + 2 * count) % (2 * count)
        return inPeriod < count ? inPeriod : 2 * count - 1 - inPeriod
    }

    /// One pass over a whole image; `pixel` tells which pixel of a line lies where.
    private static func blurred(_ image: [Float], _ weights: [Double], neighbor: (Int, Int) -> Int) -> [Float]
    {
        image.indices.map { index in
            var sum = Double(image[index]) * weights[0]
            for offset in stride(from: weights.count - 1, to: 0, by: -1) {
                let pair =
                    Double(image[neighbor(index, -offset)]) + Double(image[neighbor(index, offset)])
                sum += pair * weights[offset]
            }
            return Float(sum)
        }
    }

    private static func slowImage(_ grid: MeanGrid, _ frame: CanonicalFrame) -> [Float] {
        let (rows, columns) = (grid.rows, grid.columns)
        var image = grid.sums.map { min(max((Float($0) / 4 + 1000) / 1100, 0), 1) }
        let (down, across) = (Self.weights(frame.scaleY), Self.weights(frame.scaleX))
        let factor = max(frame.scaleX, frame.scaleY, 1)
        if 0.45 * (factor * factor - 1).squareRoot() > 0.2 {
            image = Self.blurred(image, down) { index, offset in
                Self.mirrored(index / columns + offset, rows) * columns + index % columns
            }
            image = Self.blurred(image, across) { index, offset in
                index / columns * columns + Self.mirrored(index % columns + offset, columns)
            }
        }
        return (0..<128 * 128).map { index in
            let place = frame.sourcePoint(x: Double(index % 128), y: Double(index / 128))
            let x = min(max(place.x, 0), Double(columns - 1))
            let y = min(max(place.y, 0), Double(rows - 1))
            let (left, top) = (Int(x), Int(y))
            let (right, bottom) = (min(left + 1, columns - 1), min(top + 1, rows - 1))
            let (fx, fy) = (x - Double(left), y - Double(top))
            var sum = Double(image[top * columns + left]) * (1 - fy) * (1 - fx)
            sum += Double(image[top * columns + right]) * (1 - fy) * fx
            sum += Double(image[bottom * columns + left]) * fy * (1 - fx)
            sum += Double(image[bottom * columns + right]) * fy * fx
            return Float(Float16(Float(sum)))
        }
    }

    /// Two boxes of lung, anywhere in a noisy slice: also at its edges, small, large and tilted.
    private static func drawn(seed: UInt64) throws -> (slice: CTSlice, mask: LungMask) {
        var random = SplitMix64(seed: seed)
        let (rows, columns) = (
            Int.random(in: 30...150, using: &random), Int.random(in: 30...150, using: &random)
        )
        let values = (0..<4 * rows * columns).map { _ in Int16.random(in: -1_100...400, using: &random) }
        let spacing = PixelSpacing(rowMillimeters: 1, columnMillimeters: 1)
        let slice = try #require(
            CTSlice(
                rows: 2 * rows,
                columns: 2 * columns,
                scale: .hounsfield,
                spacing: spacing,
                values: values
            )
        )
        var labels = [UInt8](repeating: 0, count: rows * columns)
        for label in [1, 2] as [UInt8] {
            let (top, left) = (
                Int.random(in: 0..<rows, using: &random), Int.random(in: 0..<columns / 2, using: &random)
            )
            let height = Int.random(in: 1...rows - top, using: &random)
            let start = label == 1 ? 0 : columns / 2
            for y in top..<top + height {
                for x in left..<columns / 2 { labels[y * columns + start + x] = label }
            }
        }
        let mask = try #require(
            LungMask(rows: rows, columns: columns, labels: labels, millimetersPerPixel: 2)
        )
        return (slice, mask)
    }

    @Test("only the part that shows is blurred, and no bit of it differs", arguments: UInt64(1)...24)
    func twin(seed: UInt64) throws {
        let (slice, mask) = try Self.drawn(seed: seed)
        let grid = MeanGrid(of: slice)
        let frame = try #require(CanonicalFrame(mask: mask))
        let crop = try #require(lungCrop(on: grid, mask: mask))
        let expected = Self.slowImage(grid, frame)
        #expect(zip(crop.image, expected).allSatisfy { abs($0 - $1) <= 0x1p-11 })
        // The twin may round the frame's sine otherwise, so a few pixels may differ in their last bit.
        #expect(zip(crop.image, expected).count { $0 != $1 } < 40)
    }

    @Test("found together, mask and crop are those that are found one after the other")
    func together() throws {
        for chest in [SyntheticSlice.chest, SyntheticSlice.chest.moved(x: 30, y: -20)] {
            for slice in [try #require(chest.slice), try #require(chest.picture)] {
                let (segmentation, crop) = LungSegmenter().find(in: slice)
                #expect(segmentation == LungSegmenter().segment(slice) && segmentation.containsLung)
                #expect(crop == lungCrop(of: slice, segmentation: segmentation) && crop != nil)
            }
        }
        let body = SyntheticSlice(ellipses: [SyntheticSlice.body])
        #expect(LungSegmenter().find(in: try #require(body.slice)).crop == nil)
    }

    @Test("crops are read as they were written, and damaged ones are refused")
    func bytes() throws {
        var random = SplitMix64(seed: 3)
        let count = LungCrop.side * LungCrop.side
        func half(_ value: Double) -> Float { Float(Float16(value)) }
        let image = (0..<count).map { place in
            // All sizes of halves: also those below 2^-14, and what no crop of ours holds.
            place % 5 == 0 ? half(Double(place) * 0x1p-24) : half(Double.random(in: -1...2, using: &random))
        }
        let left = (0..<count).map { $0 % 128 < 50 ? half(1) : half(0) }
        let right = (0..<count).map { $0 % 128 == 90 ? half(Double.random(in: 0...1, using: &random)) : 0 }
        let crop = try #require(LungCrop(image: image, left: left, right: right))
        let bytes = crop.bytes
        #expect(bytes.count < 2 * count + 4_000)
        #expect(LungCrop(bytes: bytes) == crop)
        #expect(LungCrop(bytes: Array(bytes.dropLast())) == nil)
        #expect(LungCrop(bytes: Array(bytes.dropLast(2))) == nil)
        #expect(LungCrop(bytes: bytes + [0]) == nil)
        #expect(LungCrop(bytes: bytes + [1, 0, 0, 0]) == nil)
        #expect(LungCrop(bytes: []) == nil)
        // A run of no pixels would never end; a pixel that is no number is none.
        var endless = bytes
        (endless[2 * count], endless[2 * count + 1]) = (0, 0)
        #expect(LungCrop(bytes: endless) == nil)
        var infinite = bytes
        (infinite[0], infinite[1]) = (0x00, 0x7C)
        #expect(LungCrop(bytes: infinite) == nil)
    }
}

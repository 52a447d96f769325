import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

@Suite("What the encoders see")
struct EncoderInputTests {
    private static let side = LungCrop.side
    private static let plane = side * side

    @Test("the hull of a row reaches from lung to lung and keeps the shares beside it")
    func hull() {
        let side = Self.side
        var left = [Float](repeating: 0, count: Self.plane)
        var right = left
        (left[9], left[10], right[20], right[21]) = (0.25, 0.75, 1, 0.5)
        (left[side + 4], right[side + 4]) = (0.3, 0.3)
        left[2 * side + 7] = 0.5
        (left[3 * side], right[4 * side - 1]) = (1, 1)
        let white = [Float](repeating: 1, count: Self.plane)
        let image = EncodedView(white + left + right).image
        var expected = [Float](repeating: 0, count: Self.plane)
        (expected[9], expected[21], expected[side + 4], expected[2 * side + 7]) = (0.25, 0.5, 1, 0.5)
        for index in 10...20 { expected[index] = 1 }
        for index in 3 * side..<4 * side { expected[index] = 1 }
        #expect(relativeError(Array(image[..<Self.plane]), expected.map { ($0 - 0.3) * 2 }) < 1e-6)
        #expect(Array(image[Self.plane...]) == left + right)
    }

    @Test("masks are means of 2 x 2 pixels, -1 outside to 1 inside")
    func masks() {
        var left = [Float](repeating: 0, count: Self.plane)
        (left[0], left[1], left[Self.side], left[Self.plane - 1]) = (1, 0.5, 1, 1)
        let right = [Float](repeating: 1, count: Self.plane)
        let masks = EncodedView(right + left + right).masks
        #expect(masks[0] == 2 * 2.5 / 4 - 1 && masks[64 * 64 - 1] == -0.5 && masks[1] == -1)
        #expect(masks[(64 * 64)...].allSatisfy { $0 == 1 })
    }

    @Test("the skip holds means of 8 x 8 cells, map by map, of length 10")
    func skip() {
        var generator = SeededGenerator(seed: 1)
        let features = (0..<EncoderInputs.featureCount).map { _ in Float(generator.unit()) }
        let skip = EncodedView.row(DetailEncoder.skipCount) {
            EncoderInputs.writeSkip(features.span, into: &$0)
        }
        var sums = [Float](repeating: 0, count: 512)
        for (index, value) in features.enumerated() {
            let (map, pixel) = index.quotientAndRemainder(dividingBy: 64 * 64)
            sums[(map * 8 + pixel / 64 / 8) * 8 + pixel % 64 / 8] += value
        }
        let norm = Float(length(sums))
        #expect(relativeError(skip, sums.map { $0 * 10 / norm }) < 1e-5)
        #expect(abs(length(skip) - 10) < 1e-4)
    }

    @Test("cells hold how much denser than usual they are, by their share of lung")
    func cells() {
        var left = [Float](repeating: 0, count: Self.plane)
        // One whole cell, half a cell, and more lung than there can be.
        for index in [0, 1, Self.side, Self.side + 1, 2, 3] { left[index] = 1 }
        var right = [Float](repeating: 0, count: Self.plane)
        right[0] = 0.5
        let image = [Float](repeating: 0.5, count: Self.plane)
        var usual = [Float](repeating: 0, count: 64 * 64)
        usual[0] = 0.25
        let cells = EncodedView.cells(image + left + right, usual: usual)
        let (whole, half): (Float, Float) = ((0.5 / 1.15 - 0.25) * 4, 0.25 / 0.65 * 0.5 * 4)
        #expect(abs(cells[0] - whole) < 1e-6 && abs(cells[1] - half) < 1e-6 && cells[2] == 0)
        #expect(abs(cells[64 * 64] - 0.6) < 1e-6 && abs(cells[64 * 64 + 1] - 0.1) < 1e-6)
        #expect(cells[64 * 64 + 2] == -0.4)
    }

    @Test("the usual density is the views' mean by their share of lung")
    func usual() {
        let plane = Self.plane
        func view(_ grey: Float, _ share: Float) -> [Float] {
            [Float](repeating: grey, count: plane) + [Float](repeating: share, count: plane)
                + [Float](repeating: 0, count: plane)
        }
        let usual = DensityEncoder.usual(of: [view(0.5, 1), view(1, 0.5), view(0.3, 0)])
        let expected: Float = (0.5 / 1.15 + 0.5 / 0.65 * 0.5) / 1.501
        #expect(usual.allSatisfy { abs($0 - expected) < 1e-6 })
        #expect(DensityEncoder.usual(of: [view(0.3, 0)]).allSatisfy { $0 == 0 })
    }
}

import LinearAlgebra
import Testing

/// Against samples that are written first and added up afterward.
@Suite("Sums over samples")
struct SampleSumsTests {
    private static let (height, width, rows, columns, cell) = (9, 7, 12, 8, 4)

    private func planes(_ count: Int, _ size: Int, seed: UInt64) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in (0..<size).map { _ in generator.symmetric(1) } }
    }

    @Test("agree with the samples", arguments: [SampledBorder.zeros, .repeated])
    func agree(border: SampledBorder) {
        let (height, width, rows, columns, cell) = (
            Self.height, Self.width, Self.rows, Self.columns, Self.cell
        )
        let (moving, fixed) = (
            planes(11, height * width, seed: 1), planes(11, rows * columns, seed: 2)
        )
        var generator = SeededGenerator(seed: 3)
        // Some places lie beyond the edges, one nowhere.
        var places = (0..<2 * rows * columns).map { _ in generator.symmetric(1.4) }
        places[10] = .nan
        var samples = [Float](repeating: 0, count: 11 * rows * columns)
        var output = samples.mutableSpan
        let image = moving.flatMap { $0 }
        sample(
            into: &output,
            image: image.span,
            shape: SampledShape(channels: 11, height: height, width: width),
            border: border,
            places: places.span
        )
        var sums = SampleSums(height: rows, width: columns, cellSide: cell)
        let other = InterleavedImage(planes: fixed, height: rows, width: columns)
        // Twice: the second replaces the first.
        for _ in 0..<2 {
            sums.compare(
                InterleavedImage(planes: moving, height: height, width: width),
                at: places.span,
                border: border,
                with: other
            )
        }
        for lane in 0..<InterleavedImage.laneCount {
            var (product, square): (Double, Double) = (0, 0)
            var cells = [Double](repeating: 0, count: (rows / cell) * (columns / cell))
            for place in 0..<rows * columns where lane < 11 {
                let value = Double(samples[lane * rows * columns + place])
                product += value * Double(fixed[lane][place])
                square += value * value
                cells[place / columns / cell * (columns / cell) + place % columns / cell] += value
            }
            #expect(abs(Double(sums.products[lane]) - product) < 1e-4)
            #expect(abs(Double(sums.squares[lane]) - square) < 1e-4)
            for (index, value) in cells.enumerated() {
                #expect(abs(Double(sums.cells[index * InterleavedImage.laneCount + lane]) - value) < 1e-4)
            }
        }
        #expect(other.plane(5) == fixed[5])
    }

    @Test("rectified sums")
    func rectified() {
        let (a, b) = (planes(1, 37, seed: 4)[0], planes(1, 37, seed: 5)[0])
        var output = [Float](repeating: 9, count: 37)
        var span = output.mutableSpan
        writeRectifiedSum(into: &span, a.span, b.span)
        #expect(output == zip(a, b).map { max($0 + $1, 0) })
    }
}

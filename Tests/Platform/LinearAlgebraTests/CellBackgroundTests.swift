import LinearAlgebra
import Testing

@Suite("Density between the vessels")
struct CellBackgroundTests {
    /// From the definition.
    private static func slow(_ values: [Float], _ weights: [Float], side: Int) -> [Double] {
        (0..<side * side / 4).map { cell in
            let (row, column) = (cell / (side / 2) * 2, cell % (side / 2) * 2)
            var window: [(value: Double, weight: Double)] = []
            for y in max(0, row - 1)...min(side - 1, row + 2) {
                for x in max(0, column - 1)...min(side - 1, column + 2) {
                    window.append((Double(values[y * side + x]), Double(weights[y * side + x])))
                }
            }
            let whole: Double = window.reduce(1e-3) { $0 + $1.weight }
            let mean: Double = window.reduce(0) { $0 + $1.value * $1.weight } / whole
            let deviation: Double = window.reduce(0) { $0 + abs($1.value - mean) * $1.weight } / whole
            return mean - deviation
        }
    }

    private static func fast(_ values: [Float], _ weights: [Float], side: Int) -> [Float] {
        // Nothing may be left of what was there before.
        var found = [Float](repeating: .nan, count: side * side / 4)
        var span = found.mutableSpan
        writeCellBackgrounds(into: &span, values: values.span, weights: weights.span, side: side)
        return found
    }

    @Test("as defined, at the edges too", arguments: [2, 4, 6, 34, 128])
    func defined(side: Int) {
        var generator = SeededGenerator(seed: UInt64(side), stream: 4)
        let values = (0..<side * side).map { _ in Float(generator.unit()) }
        // A third of the pixels do not count.
        let weights = (0..<side * side).map { _ in min(1, max(0, Float(generator.unit()) * 1.5 - 0.5)) }
        let (found, expected) = (
            Self.fast(values, weights, side: side), Self.slow(values, weights, side: side)
        )
        for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) < 2e-6) }
    }

    @Test("a vessel hardly raises it, haze does; without weight it is zero")
    func meaning() {
        let side = 16
        let lung = [Float](repeating: 0.1, count: side * side)
        let weights = [Float](repeating: 1, count: side * side)
        let vessel = lung.indices.map { $0 % side == 8 ? Float(0.9) : lung[$0] }
        let haze = lung.map { $0 + 0.2 }
        let cell = side / 2 * 4 + 4
        let plain = Self.fast(lung, weights, side: side)[cell]
        #expect(abs(plain - 0.1) < 1e-3)
        #expect(abs(Self.fast(vessel, weights, side: side)[cell] - plain) < 0.11)
        #expect(abs(Self.fast(haze, weights, side: side)[cell] - plain - 0.2) < 1e-3)
        #expect(Self.fast(lung, weights.map { _ in 0 }, side: side).allSatisfy { $0 == 0 })
    }
}

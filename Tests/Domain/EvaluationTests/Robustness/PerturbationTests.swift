import Evaluation
import LinearAlgebra
import Testing
import Tomography

@Suite("Perturbations")
struct PerturbationTests {
    /// A soft square in air, off the middle.
    private func slice(side: Int = 200) throws -> CTSlice {
        let values = (0..<side * side).map { pixel -> Int16 in
            let (row, column) = pixel.quotientAndRemainder(dividingBy: side)
            return (60..<120).contains(row) && (80..<150).contains(column) ? 40 : -1_000
        }
        return try #require(
            CTSlice(rows: side, columns: side, scale: .hounsfield, spacing: nil, values: values)
        )
    }

    private func applied(_ kind: Perturbation, seed: UInt64, to slice: CTSlice) throws -> CTSlice {
        var generator = SeededGenerator(seed: seed)
        return try #require(kind.applied(to: slice, generator: &generator))
    }

    /// Area and center of what is soft tissue.
    private func measured(_ slice: CTSlice) -> (area: Double, row: Double, column: Double) {
        var (area, row, column) = (0.0, 0.0, 0.0)
        for (pixel, value) in slice.values.enumerated() {
            let share = (Double(value) + 1_000) / 1_040
            area += share
            row += share * Double(pixel / slice.columns)
            column += share * Double(pixel % slice.columns)
        }
        return (area, row / area, column / area)
    }

    @Test("the same for the same seed, another for another seed", arguments: Perturbation.allCases)
    func seeded(kind: Perturbation) throws {
        let slice = try slice(side: 160)
        let found = try applied(kind, seed: 1, to: slice)
        #expect(found != slice)
        #expect(try applied(kind, seed: 1, to: slice) == found)
        guard kind != .blur else { return }
        // There are but four scales.
        let others = try (2...6).map { try applied(kind, seed: $0, to: slice) }
        #expect(others.contains { $0 != found })
    }

    @Test("what moves keeps within its bounds", arguments: UInt64(0)..<12)
    func moves(seed: UInt64) throws {
        let slice = try slice()
        let before = measured(slice)
        let rotated = measured(try applied(.rotation, seed: seed, to: slice))
        #expect(abs(rotated.area - before.area) < 0.01 * before.area)
        // The center turns around (99.5, 99.5) at its distance.
        let (from, to) = (
            (before.row - 99.5, before.column - 99.5), (rotated.row - 99.5, rotated.column - 99.5)
        )
        let sine = (from.0 * to.1 - from.1 * to.0) / (from.0 * from.0 + from.1 * from.1)
        // sin 5° = 0.0872, sin 10° = 0.1736.
        #expect((0.085...0.176).contains(abs(sine)))
        let shifted = measured(try applied(.shift, seed: seed, to: slice))
        #expect(abs(shifted.area - before.area) < 0.01 * before.area)
        #expect(abs(shifted.row - before.row) <= 25.1 && abs(shifted.column - before.column) <= 25.1)
        let scaled = measured(try applied(.scale, seed: seed, to: slice))
        let size = (scaled.area / before.area).squareRoot()
        #expect([0.88, 0.92, 1.08, 1.12].contains { abs($0 - size) < 0.01 })
    }

    @Test("noise has its deviation and no mean; blur keeps the sum")
    func greyValues() throws {
        let values = [Int16](repeating: 0, count: 128 * 128)
        let flat = try #require(
            CTSlice(rows: 128, columns: 128, scale: .hounsfield, spacing: nil, values: values)
        )
        let noise = try applied(.noise, seed: 1, to: flat).values.map { Double($0) }
        let mean = noise.reduce(0, +) / Double(noise.count)
        let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
        // Four standard errors of 16,384 draws.
        #expect(abs(mean) < 2 && abs(deviation - 60) < 1.4)
        let slice = try slice()
        let blurred = try applied(.blur, seed: 1, to: slice)
        #expect(abs(measured(blurred).area - measured(slice).area) < 5)
        #expect(blurred.values[60 * 200 + 100] < -300 && blurred.values[90 * 200 + 100] == 40)
    }

    @Test("a window makes a picture; the others keep scale and spacing; pictures are not perturbed")
    func scales() throws {
        let spacing = PixelSpacing(rowMillimeters: 0.7, columnMillimeters: 0.7)
        let slice = try #require(
            CTSlice(
                rows: 64,
                columns: 64,
                scale: .hounsfield,
                spacing: spacing,
                values: try slice(side: 64).values
            )
        )
        for kind in Perturbation.allCases {
            let found = try applied(kind, seed: 3, to: slice)
            #expect(found.scale == (kind == .window ? .grey8 : .hounsfield))
            #expect(found.spacing == (kind == .window ? nil : spacing))
        }
        let picture = try applied(.window, seed: 3, to: slice)
        var generator = SeededGenerator(seed: 1)
        #expect(Perturbation.rotation.applied(to: picture, generator: &generator) == nil)
    }
}

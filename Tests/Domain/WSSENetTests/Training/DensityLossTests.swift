import Foundation
import LinearAlgebra
import Testing

@testable import WSSENet

@Suite("The density stage's loss")
struct DensityLossTests {
    private static let columns = 6
    private static let lesions: [[Bool]] = [
        [true, true, true], [true, false, true], [false, false, false],
    ]

    /// (12 x 6), of unit length.
    private static func vectors(seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        let rows = (0..<12).map { _ -> [Float] in
            let row = (0..<columns).map { _ in generator.normal() }
            return row.map { $0 / Float(length(row)) }
        }
        return Matrix(stacking: rows)
    }

    /// In double precision, written from the definition: four rows of each anchor, a row without only where it differs.
    private static func slowly(_ vectors: [Double], _ hasLesion: [Bool]) -> Double {
        let count = hasLesion.count
        func cosine(_ a: Int, _ b: Int) -> Double {
            (0..<columns).reduce(0) { $0 + vectors[a * columns + $1] * vectors[b * columns + $1] }
        }
        var sum = 0.0
        for anchor in 0..<count {
            let candidates = (count..<4 * count).filter { $0 < 3 * count || hasLesion[$0 - 3 * count] }
            let total = candidates.reduce(0) { $0 + exp(cosine(anchor, $1) / 0.1) }
            sum -= log(exp(cosine(anchor, count + anchor) / 0.1) / total)
        }
        return sum / Double(count)
    }

    @Test("is that of its definition", arguments: lesions)
    func value(hasLesion: [Bool]) {
        for seed in UInt64(0)..<5 {
            let vectors = Self.vectors(seed: seed)
            let expected = Self.slowly(vectors.values.map(Double.init), hasLesion)
            #expect(
                abs(Double(DensityLoss(vectors, hasLesion: hasLesion).value) - expected) < 1e-5 * expected
            )
        }
    }

    @Test("has the gradient of central differences", arguments: lesions)
    func gradient(hasLesion: [Bool]) {
        let vectors = Self.vectors(seed: 9)
        let gradient = DensityLoss(vectors, hasLesion: hasLesion).gradient
        let exact = vectors.values.map(Double.init)
        let largest = gradient.values.map(abs).max() ?? 0
        #expect(largest > 0.1)
        for index in exact.indices {
            var (above, below) = (exact, exact)
            above[index] += 1e-6
            below[index] -= 1e-6
            let slope = (Self.slowly(above, hasLesion) - Self.slowly(below, hasLesion)) / 2e-6
            // Single precision against double.
            #expect(abs(Double(gradient.values[index]) - slope) < 1e-5 * Double(largest))
        }
    }

    @Test("does not see the row without of an anchor that has no lesion")
    func withoutLesion() {
        let vectors = Self.vectors(seed: 2)
        var other = vectors
        for column in 0..<Self.columns { other[10, column] = vectors[0, column] }
        let hasLesion = [true, false, true]
        #expect(DensityLoss(vectors, hasLesion: hasLesion) == DensityLoss(other, hasLesion: hasLesion))
        #expect(
            DensityLoss(vectors, hasLesion: [true, true, true]).value
                < DensityLoss(other, hasLesion: [true, true, true]).value
        )
    }

    @Test("is nothing where every anchor finds its positive, and log of 3 a where all look alike")
    func extremes() {
        var sorted = Matrix(rows: 8, columns: 8)
        for row in 0..<8 { sorted[row, [0, 1, 0, 1, 2, 3, 4, 5][row]] = 1 }
        #expect(DensityLoss(sorted, hasLesion: [true, true]).value < 1e-3)
        let same = Matrix(rows: 8, columns: 2, values: (0..<16).map { $0 % 2 == 0 ? 1 : 0 })
        #expect(abs(DensityLoss(same, hasLesion: [true, true]).value - log(Float(6))) < 1e-5)
    }
}

import Foundation
import LinearAlgebra

/// Makes up series of vectors that lie to each other as the embeddings of real patients do.
///
/// A made-up patient lies between two real ones: the same point of both trajectories along the lung, mixed by
/// a weight that is mostly near 0 or 1. A constant offset, a share of half the difference of two 2-D pictures,
/// makes the patient somebody else; a slow walk from slice to slice and white noise, both in the directions in
/// which real embeddings vary, make its slices its own.
struct SeriesMaker {
    /// Slices of a made-up series.
    static let levelCount = 120
    private static let offsetShare: Float = 0.3
    private static let walkShare: Float = 0.3
    private static let noiseShare: Float = 0.05

    private let seeds: SeedEmbeddings
    private let dimension = SeedEmbeddings.parts.reduce(0, +)
    /// (D x m) and (m): the directions in which the seeds vary, and how much.
    private let components: Matrix
    private let deviations: [Float]
    private var random: SeededGenerator

    /// Makes the series of one random sequence.
    init(seeds: SeedEmbeddings, seed: UInt64, stream: UInt64) {
        let rows = Matrix(stacking: seeds.all)
        let principal = PrincipalComponents(fitting: rows, count: rows.columns)
        var sums = [Float](repeating: 0, count: rows.columns)
        for vector in seeds.all {
            for (index, value) in principal.project(vector).enumerated() { sums[index] += value * value }
        }
        self.seeds = seeds
        self.components = principal.components
        self.deviations = sums.map { ($0 / Float(rows.rows)).squareRoot() }
        self.random = SeededGenerator(seed: seed, stream: stream)
    }

    /// Draws series: (count x 120 x D), their parts not yet of unit length.
    mutating func make(_ count: Int) -> Matrix {
        let rowCount = count * Self.levelCount
        var rows = Matrix(rows: rowCount, columns: self.dimension)
        var coefficients = Matrix(rows: rowCount, columns: self.dimension)
        for number in 0..<count {
            self.addPath(to: &rows.values, from: number * Self.levelCount)
            self.addOwnWays(to: &coefficients.values, from: number * Self.levelCount)
        }
        multiply(coefficients, transposed: false, self.components, transposed: true, into: &rows, beta: 1)
        return rows
    }

    /// The mixed trajectory and the offset.
    private mutating func addPath(to rows: inout [Float], from firstRow: Int) {
        let (a, b) = self.drawTwo(of: self.seeds.series.count)
        let (c, d) = self.drawTwo(of: self.seeds.pictures.count)
        // Beta(0.5, 0.5) is the law of a sine's square.
        let sine = Float(sin(Double.pi / 2 * self.random.unit()))
        let weight = sine * sine
        let levels = (0..<Self.levelCount).map { _ in Float(self.random.unit()) }.sorted()
        let (plus, minus) = (self.seeds.pictures[c], self.seeds.pictures[d])
        let offset = zip(plus, minus).map { ($0 - $1) * Self.offsetShare / 2 }
        for (number, level) in levels.enumerated() {
            let start = (firstRow + number) * self.dimension
            for (path, share) in [(self.seeds.series[a], weight), (self.seeds.series[b], 1 - weight)] {
                let (below, fraction) = Self.place(of: level, in: path)
                let (low, high) = (path[below].vector, path[below + 1].vector)
                let (lowShare, highShare) = (share * (1 - fraction), share * fraction)
                for index in 0..<self.dimension {
                    rows[start + index] += lowShare * low[index] + highShare * high[index]
                }
            }
            for index in 0..<self.dimension { rows[start + index] += offset[index] }
        }
    }

    /// The walk and the noise, in the directions in which the seeds vary.
    private mutating func addOwnWays(to coefficients: inout [Float], from firstRow: Int) {
        var walk = [Float](repeating: 0, count: self.dimension)
        let step = Self.walkShare / Float(Self.levelCount).squareRoot()
        for row in firstRow..<firstRow + Self.levelCount {
            let start = row * self.dimension
            for index in 0..<self.dimension {
                walk[index] += step * self.random.normal()
                let noise = Self.noiseShare * self.random.normal()
                coefficients[start + index] = self.deviations[index] * (walk[index] + noise)
            }
        }
    }

    private mutating func drawTwo(of count: Int) -> (Int, Int) {
        let first = self.random.below(count)
        let second = self.random.below(count - 1)
        return (first, second < first ? second : second + 1)
    }

    /// The slice below a level and how far the level is on the way to the next one, 0 to 1.
    private static func place(of level: Float, in path: [SeedEmbeddings.Placed]) -> (Int, Float) {
        let above = path.firstIndex { $0.level >= level } ?? path.count - 1
        let below = min(max(above - 1, 0), path.count - 2)
        let (low, high) = (path[below].level, path[below + 1].level)
        return (below, min(max((level - low) / max(high - low, 1e-9), 0), 1))
    }
}

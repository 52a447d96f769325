internal import LinearAlgebra
private import Synchronization

/// Divides many rows into groups around means: k-means in two levels, with products through OpenBLAS, then each row to
/// the nearest of all means.
struct Clustering {
    /// Numbers of rows, group by group; none is empty.
    private(set) var groups: [[Int]] = []

    /// Rounds after which the means of a sample hardly move any more.
    private static let roundCount = 8
    /// Products beyond which assigning every row once more to all means would take minutes.
    private static let finalProductMaximum = 1e12
    /// Rows of a sample for each mean.
    private static let sampledPerMean = 64
    /// Rows of a sample at least.
    private static let sampledMinimum = 8_192
    /// Rows that are assigned at once: the products then fit the cache.
    private static let batchSize = 1_024

    /// - Parameters:
    ///   - rows: (N, S).
    ///   - count: about how many groups.
    ///   - threadCount: how many threads work at once.
    init(rows: Matrix, count: Int, threadCount: Int) {
        let outerCount = max(1, Int(Double(count).squareRoot().rounded()))
        let all = Array(0..<rows.rows)
        let outer = Self.divide(all, of: rows, into: outerCount, threadCount: threadCount)
        let share = Double(count) / Double(max(1, rows.rows))
        let inner = Mutex([Int: [[Int]]]())
        inParallel(outer.count, threadCount: threadCount) { index in
            let group = outer[index]
            let wanted = max(1, Int((Double(group.count) * share).rounded()))
            let divided = Self.divide(group, of: rows, into: wanted, threadCount: 1)
            inner.withLock { $0[index] = divided }
        }
        let divided = inner.withLock { inner in outer.indices.flatMap { inner[$0] ?? [] } }
        let products = 2.0 * Double(rows.values.count) * Double(divided.count)
        guard divided.count > outer.count, products < Self.finalProductMaximum else {
            self.groups = divided
            return
        }
        // A border between two groups of the upper level need not be one between their means.
        let means = Matrix(
            rows: divided.count,
            columns: rows.columns,
            values: divided.flatMap { Self.mean(of: $0.prefix(Self.batchSize), of: rows) }
        )
        self.groups = Self.assign(all, of: rows, to: means, threadCount: threadCount)
    }

    private static func mean(of chosen: some Collection<Int>, of rows: Matrix) -> [Float] {
        var sums = [Float](repeating: 0, count: rows.columns)
        for row in chosen {
            for column in 0..<rows.columns { sums[column] += rows.values[row * rows.columns + column] }
        }
        return sums.map { $0 / Float(chosen.count) }
    }

    private static func divide(_ chosen: [Int], of rows: Matrix, into count: Int, threadCount: Int) -> [[Int]]
    {
        guard count > 1, chosen.count > 1 else { return [chosen] }
        let means = Self.means(of: chosen, of: rows, count: count)
        return Self.assign(chosen, of: rows, to: means, threadCount: threadCount)
    }

    /// Groups rows by their nearest mean; none of the groups is empty.
    private static func assign(
        _ chosen: [Int],
        of rows: Matrix,
        to means: Matrix,
        threadCount: Int
    ) -> [[Int]] {
        let batchCount = (chosen.count + Self.batchSize - 1) / Self.batchSize
        let assigned = Mutex([Int](repeating: 0, count: chosen.count))
        inParallel(batchCount, threadCount: threadCount) { batch in
            let range = batch * Self.batchSize..<min(chosen.count, (batch + 1) * Self.batchSize)
            let nearest = Self.nearest(means, to: rows.selecting(rows: Array(chosen[range])))
            assigned.withLock { $0.replaceSubrange(range, with: nearest) }
        }
        var groups = [[Int]](repeating: [], count: means.rows)
        assigned.withLock { assigned in
            for (index, mean) in assigned.enumerated() { groups[mean].append(chosen[index]) }
        }
        return groups.filter { !$0.isEmpty }
    }

    /// Means (count, S) of a seeded sample, by Lloyd's algorithm.
    private static func means(of chosen: [Int], of rows: Matrix, count: Int) -> Matrix {
        var random = SeededGenerator(seed: UInt64(chosen.count))
        var sampled = chosen
        let size = min(chosen.count, max(Self.sampledPerMean * count, Self.sampledMinimum))
        for index in 0..<size { sampled.swapAt(index, index + random.below(chosen.count - index)) }
        let sample = rows.selecting(rows: Array(sampled[..<size]))
        var means = sample.selecting(rows: Array(0..<min(count, size)))
        for _ in 0..<Self.roundCount {
            var sums = [Float](repeating: 0, count: means.values.count)
            var counts = [Int](repeating: 0, count: means.rows)
            for start in stride(from: 0, to: size, by: Self.batchSize) {
                let batch = sample.selecting(rows: Array(start..<min(size, start + Self.batchSize)))
                for (index, mean) in Self.nearest(means, to: batch).enumerated() {
                    counts[mean] += 1
                    for column in 0..<rows.columns {
                        sums[mean * rows.columns + column] += batch.values[index * rows.columns + column]
                    }
                }
            }
            for mean in 0..<means.rows where counts[mean] > 0 {
                for column in mean * rows.columns..<(mean + 1) * rows.columns {
                    means.values[column] = sums[column] / Float(counts[mean])
                }
            }
        }
        return means
    }

    /// The nearest mean of each row; which of equally near ones is nobody's business.
    private static func nearest(_ means: Matrix, to rows: Matrix) -> [Int] {
        let products = multiply(rows, transposed: false, means, transposed: true)
        let halves = (0..<means.rows).map { mean in means.row(mean).reduce(Float(0)) { $0 + $1 * $1 } / 2 }
        return (0..<rows.rows).map { row in
            var best = 0
            var bestValue = Float.infinity
            for mean in 0..<means.rows {
                let value = halves[mean] - products.values[row * means.rows + mean]
                if value < bestValue { (best, bestValue) = (mean, value) }
            }
            return best
        }
    }
}

private import LinearAlgebra

/// Two groups of rows around two means: k-means with k = 2.
struct Bisection {
    /// Rounds after which the means of a partition hardly move any more.
    private static let roundCount = 6

    /// (2, S), the two reference points.
    private(set) var means: [[Float]]
    /// (N), whether a row belongs to the second mean.
    private(set) var isSecond: [Bool]

    /// Divides rows (N, S), N at least 2, starting with two that lie far apart. No side is under an eighth: a
    /// single stray would cost a partition of its own and leave the rest as it was.
    init(rows: [Float], stride: Int) {
        let count = rows.count / stride
        let center = Self.mean(rows, stride: stride) { _ in true } ?? Array(rows[..<stride])
        let first = Self.farthest(Self.distances(rows, to: center))
        let firstRow = Array(rows[first * stride..<(first + 1) * stride])
        let second = Self.farthest(Self.distances(rows, to: firstRow))
        self.means = [firstRow, Array(rows[second * stride..<(second + 1) * stride])]
        self.isSecond = []
        for _ in 0..<Self.roundCount {
            let differences = zip(
                Self.distances(rows, to: self.means[0]),
                Self.distances(rows, to: self.means[1])
            ).map { $0 - $1 }
            var isSecond = differences.map { $0 > 0 }
            let secondCount = isSecond.count { $0 }
            if min(secondCount, count - secondCount) < max(1, count / 8) {
                isSecond = Self.upperHalf(of: differences)
            }
            if isSecond == self.isSecond { return }
            self.isSecond = isSecond
            for side in 0..<2 {
                let mean = Self.mean(rows, stride: stride) { isSecond[$0] == (side == 1) }
                self.means[side] = mean ?? self.means[side]
            }
        }
    }

    private static func distances(_ rows: [Float], to row: [Float]) -> [Float] {
        var distances = [Float](repeating: 0, count: rows.count / row.count)
        var output = distances.mutableSpan
        squaredDistances(into: &output, rows: rows.span, query: row.span)
        return distances
    }

    private static func farthest(_ distances: [Float]) -> Int {
        distances.indices.reduce(0) { distances[$1] > distances[$0] ? $1 : $0 }
    }

    private static func upperHalf(of values: [Float]) -> [Bool] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var isUpper = [Bool](repeating: false, count: values.count)
        for index in order[(values.count / 2)...] {
            isUpper[index] = true
        }
        return isUpper
    }

    private static func mean(_ rows: [Float], stride: Int, where isIncluded: (Int) -> Bool) -> [Float]? {
        var sum = [Float](repeating: 0, count: stride)
        var count: Float = 0
        for row in 0..<rows.count / stride where isIncluded(row) {
            count += 1
            for column in 0..<stride {
                sum[column] += rows[row * stride + column]
            }
        }
        return count == 0 ? nil : sum.map { $0 / count }
    }
}

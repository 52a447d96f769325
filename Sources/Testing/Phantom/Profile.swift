/// A smooth curve through table values: how a measure of the body changes with the level in the lungs.
///
/// Cubic Hermite pieces with the slopes of the neighbors; constant outside of the table.
struct Profile: Sendable {
    private let levels: [Double]
    private let values: [Double]

    /// - Parameters:
    ///   - levels: (N) ascending, at least two.
    ///   - values: (N).
    init(_ levels: [Double], _ values: [Double]) {
        precondition(levels.count == values.count && levels.count > 1, "a table of at least two rows")
        self.levels = levels
        self.values = values
    }

    func at(_ level: Double) -> Double {
        let last = self.levels.count - 1
        guard level > self.levels[0] else { return self.values[0] }
        guard level < self.levels[last] else { return self.values[last] }
        var piece = 0
        while level > self.levels[piece + 1] {
            piece += 1
        }
        let width = self.levels[piece + 1] - self.levels[piece]
        let t = (level - self.levels[piece]) / width
        let slopes = (self.slope(at: piece) * width, self.slope(at: piece + 1) * width)
        let t2 = t * t
        let t3 = t2 * t
        return (2 * t3 - 3 * t2 + 1) * self.values[piece] + (t3 - 2 * t2 + t) * slopes.0
            + (3 * t2 - 2 * t3) * self.values[piece + 1] + (t3 - t2) * slopes.1
    }

    /// Zero at a turning point, so that the curve never leaves the range of its neighbors by much.
    private func slope(at index: Int) -> Double {
        let before = max(index - 1, 0)
        let after = min(index + 1, self.levels.count - 1)
        let rises = (self.values[index] - self.values[before], self.values[after] - self.values[index])
        if before < index, after > index, rises.0 * rises.1 <= 0 { return 0 }
        return (self.values[after] - self.values[before]) / (self.levels[after] - self.levels[before])
    }
}

/// 0 below the lower edge, 1 above the upper one, smooth between.
func smoothStep(_ lower: Double, _ upper: Double, _ value: Double) -> Double {
    let t = min(max((value - lower) / (upper - lower), 0), 1)
    return t * t * (3 - 2 * t)
}

/// How much a displacement grid bends: the mean squares of the control points' second differences along x and
/// along y, and twice that of the mixed ones.
package struct BendingEnergy: Sendable, Equatable {
    /// 0 for what is affine in the control points.
    package let value: Float
    /// (2, knots, knots): gradient by the displacements.
    package let gradient: [Float]

    /// Weighs a grid of displacements.
    ///
    /// - Parameters:
    ///   - displacements: (2, knots, knots).
    ///   - knots: at least 3.
    package init(_ displacements: Span<Float>, knots: Int) {
        precondition(knots >= 3 && displacements.count == 2 * knots * knots, "not (2, knots, knots)")
        var energy: Float = 0
        var gradient = [Float](repeating: 0, count: displacements.count)
        for difference in Self.differences {
            let (rows, columns) = (knots - difference.rows, knots - difference.columns)
            let weight = difference.weight / Float(2 * rows * columns)
            var squares: Float = 0
            for axis in 0..<2 {
                for row in 0..<rows {
                    for column in 0..<columns {
                        let start = (axis * knots + row) * knots + column
                        var value: Float = 0
                        for tap in difference.taps {
                            value += tap.factor * displacements[start + tap.row * knots + tap.column]
                        }
                        squares += value * value
                        for tap in difference.taps {
                            gradient[start + tap.row * knots + tap.column] += 2 * weight * value * tap.factor
                        }
                    }
                }
            }
            energy += weight * squares
        }
        value = energy
        self.gradient = gradient
    }

    private struct Tap: Sendable {
        let row: Int
        let column: Int
        let factor: Float
    }

    /// A second difference: what it adds up, and by how many rows and columns there are fewer of it than of
    /// points.
    private struct Difference: Sendable {
        let rows: Int
        let columns: Int
        let weight: Float
        let taps: [Tap]
    }

    private static let differences = [
        Difference(
            rows: 0,
            columns: 2,
            weight: 1,
            taps: [
                Tap(row: 0, column: 0, factor: 1), Tap(row: 0, column: 1, factor: -2),
                Tap(row: 0, column: 2, factor: 1),
            ]
        ),
        Difference(
            rows: 2,
            columns: 0,
            weight: 1,
            taps: [
                Tap(row: 0, column: 0, factor: 1), Tap(row: 1, column: 0, factor: -2),
                Tap(row: 2, column: 0, factor: 1),
            ]
        ),
        Difference(
            rows: 1,
            columns: 1,
            weight: 2,
            taps: [
                Tap(row: 0, column: 0, factor: 1), Tap(row: 0, column: 1, factor: -1),
                Tap(row: 1, column: 0, factor: -1), Tap(row: 1, column: 1, factor: 1),
            ]
        ),
    ]
}

private import Glibc

/// From a pixel of the result to the place of the source that it shows: affine.
struct PlaneMap: Sendable {
    /// The source's row: first · row + second · column + third.
    let row: (Double, Double, Double)
    /// The source's column: first · row + second · column + third.
    let column: (Double, Double, Double)

    /// Around a center, rows turning toward columns.
    static func rotation(degrees: Double, centerRow: Double, centerColumn: Double) -> PlaneMap {
        let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        return PlaneMap(
            row: (c, s, centerRow - c * centerRow - s * centerColumn),
            column: (-s, c, centerColumn + s * centerRow - c * centerColumn)
        )
    }
}

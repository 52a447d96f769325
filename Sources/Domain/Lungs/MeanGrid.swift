import Tomography

/// The 2 x 2 mean of a slice in Hounsfield units, kept exact as the sum of the four clipped values.
struct MeanGrid {
    let rows: Int
    let columns: Int
    /// (rows x columns), row-major: four times the mean, -4096...12284.
    let sums: [Int16]

    /// What a slice without a spacing is taken to have, millimeters.
    static let assumedSpacingMillimeters = 0.75
    /// Values outside are scanner padding or metal: they are clipped before the mean is taken.
    static let clip: ClosedRange<Int16> = -1024...3071

    /// Sums 2 x 2 pixels; an odd last row or column is dropped.
    init(of slice: CTSlice) {
        rows = slice.rows / 2
        columns = slice.columns / 2
        var sums = [Int16](repeating: 0, count: rows * columns)
        let source = slice.values.span
        var target = sums.mutableSpan
        let (low, high) = (Self.clip.lowerBound, Self.clip.upperBound)
        for y in 0..<rows {
            let upper = 2 * y * slice.columns
            let lower = upper + slice.columns
            for x in 0..<columns {
                // SAFETY: lower + 2 * x + 1 < (2 * y + 2) * slice.columns <= source.count; y * columns + x <
                // target.count.
                unsafe target[unchecked: y &* columns &+ x] =
                    min(max(source[unchecked: upper &+ 2 &* x], low), high)
                    &+ min(max(source[unchecked: upper &+ 2 &* x &+ 1], low), high)
                    &+ min(max(source[unchecked: lower &+ 2 &* x], low), high)
                    &+ min(max(source[unchecked: lower &+ 2 &* x &+ 1], low), high)
            }
        }
        self.sums = sums
    }

    /// Side of a grid pixel, millimeters: twice the slice's spacing (the geometric mean of its two spacings).
    static func millimeters(of slice: CTSlice) -> Double {
        guard let spacing = slice.spacing else { return 2 * assumedSpacingMillimeters }
        if spacing.rowMillimeters == spacing.columnMillimeters { return 2 * spacing.rowMillimeters }
        return 2 * (spacing.rowMillimeters * spacing.columnMillimeters).squareRoot()
    }
}

private import CKernels

/// Writes how dense the lung is between its vessels, in cells of 2 x 2 pixels: of the 4 x 4 pixels around each, weighted, the
/// mean less the mean absolute deviation from it. A thin bright vessel raises both alike, haze only the first.
///
/// - Parameters:
///   - backgrounds: (side / 2, side / 2), overwritten.
///   - values: (side, side).
///   - weights: (side, side), 0...1; beyond the edge nothing counts.
package func writeCellBackgrounds(
    into backgrounds: inout MutableSpan<Float>,
    values: Span<Float>,
    weights: Span<Float>,
    side: Int
) {
    precondition(side > 0 && side % 2 == 0 && side <= SampledShape.sideMaximum, "no such side")
    precondition(values.count == side * side && weights.count == values.count, "not (side, side)")
    precondition(backgrounds.count == values.count / 4, "not a number for each cell")
    var scratch = [Float](repeating: 0, count: carina_background_scratch(side))
    // SAFETY: side x side numbers and one for each cell, checked above, and what C asks for; it keeps no pointer.
    unsafe backgrounds.withUnsafeMutableBufferPointer { backgrounds in
        unsafe values.withUnsafeBufferPointer { values in
            unsafe weights.withUnsafeBufferPointer { weights in
                unsafe carina_cell_backgrounds(
                    values.baseAddress,
                    weights.baseAddress,
                    side,
                    backgrounds.baseAddress,
                    &scratch
                )
            }
        }
    }
}

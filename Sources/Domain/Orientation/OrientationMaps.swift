private import LinearAlgebra

/// Number of orientations: channel k answers to gradients along k · π / 8, modulo π.
package let orientationCount = 8

/// Soft maps of gradient orientation, as `writeOrientationMaps` says.
///
/// - Parameters:
///   - image: (side x side), row-major.
///   - cell: pixels of a cell's side; divides `side`. 1: no pooling.
///   - epsilon: keeps flat places at zero; in units of the image.
///   - window: odd number of cells.
/// - Returns: (8 x cells x cells), cells = side / cell.
package func orientationMaps(
    image: [Float],
    side: Int,
    cell: Int,
    epsilon: Float,
    window: Int
) -> [Float] {
    precondition(cell > 0 && side % cell == 0, "cells do not tile the image")
    let cells = side / cell
    var maps = [Float](repeating: 0, count: orientationCount * cells * cells)
    var span = maps.mutableSpan
    writeOrientationMaps(
        into: &span,
        image: image.span,
        side: side,
        cell: cell,
        epsilon: epsilon,
        window: window
    )
    return maps
}

private import LinearAlgebra
package import Lungs

/// Number of elements of a label vector: 8 orientations x 8 x 8 cells.
package let labelVectorCount = 512

/// Cells along one side of a label map.
package let labelMapSide = LungCrop.side / labelCell

/// What two slices are compared by when their detail similarity is labeled: orientation maps of 4-pixel cells
/// (32 x 32, normalized over 3 x 3 cells, ε 0.02), smoothed by [1 6 1] / 8 along both axes.
///
/// - Returns: (8) times (32 x 32).
package func labelMaps(of crop: LungCrop) -> [[Float]] {
    let plane = labelMapSide * labelMapSide
    let maps = orientationMaps(
        image: crop.image,
        side: LungCrop.side,
        cell: labelCell,
        epsilon: 0.02,
        window: 3
    )
    return (0..<orientationCount).map {
        smoothed(Array(maps[$0 * plane..<($0 + 1) * plane]), side: labelMapSide)
    }
}

/// The label maps' means of 4 x 4 cells.
///
/// - Returns: (8 x 8 x 8): map by map, row by row.
package func labelVector(of crop: LungCrop) -> [Float] {
    labelMaps(of: crop).flatMap { cellMeans(of: $0, side: labelMapSide, cell: labelCell) }
}

/// Pixels of the side of a label map's cell, and cells of the side of a label vector's.
private let labelCell = 4

/// [1 6 1] / 8 along both axes, edges replicated.
private func smoothed(_ map: [Float], side: Int) -> [Float] {
    var across = map
    for y in 0..<side {
        for x in 0..<side {
            let neighbors = map[y * side + clamped(x - 1, side)] + map[y * side + clamped(x + 1, side)]
            across[y * side + x] = (neighbors + 6 * map[y * side + x]) / 8
        }
    }
    var both = across
    for y in 0..<side {
        for x in 0..<side {
            let neighbors = across[clamped(y - 1, side) * side + x] + across[clamped(y + 1, side) * side + x]
            both[y * side + x] = (neighbors + 6 * across[y * side + x]) / 8
        }
    }
    return both
}

/// Means of cell x cell pixels: (side / cell x side / cell).
package func cellMeans(of plane: [Float], side: Int, cell: Int) -> [Float] {
    precondition(side > 0 && cell > 0 && side % cell == 0, "cells do not tile the plane")
    var means = [Float](repeating: 0, count: (side / cell) * (side / cell))
    var span = means.mutableSpan
    writeCellMeans(into: &span, plane: plane.span, height: side, width: side, cell: cell)
    return means
}

/// The nearest place inside.
private func clamped(_ place: Int, _ side: Int) -> Int { min(max(place, 0), side - 1) }

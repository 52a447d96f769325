package import Lungs

/// Cells along one side of the coarse grids of outline and density.
package let coarseCellCount = 16

/// The lungs' outline as numbers: means of the left, then of the right mask in 16 x 16 cells.
///
/// - Returns: (2 x 16 x 16), 0...1.
package func outlineCells(of crop: LungCrop) -> [Float] {
    let cell = LungCrop.side / coarseCellCount
    return cellMeans(of: crop.left, side: LungCrop.side, cell: cell)
        + cellMeans(of: crop.right, side: LungCrop.side, cell: cell)
}

/// How dense the lung is in each of 16 x 16 cells.
///
/// - Returns: `values` (16 x 16): mean of image · mask / (mean of mask + 0.15), so that cells with little lung count
///   little; `share` (16 x 16): mean of the mask, 0...1.
package func densityCells(of crop: LungCrop) -> (values: [Float], share: [Float]) {
    let cell = LungCrop.side / coarseCellCount
    var mask = [Float](repeating: 0, count: crop.image.count)
    var masked = mask
    for place in mask.indices {
        mask[place] = min(max(crop.left[place] + crop.right[place], 0), 1)
        masked[place] = mask[place] * crop.image[place]
    }
    let share = cellMeans(of: mask, side: LungCrop.side, cell: cell)
    var values = cellMeans(of: masked, side: LungCrop.side, cell: cell)
    for place in values.indices { values[place] /= share[place] + densityShareOffset }
    return (values, share)
}

/// Added to a cell's share of lung before dividing by it.
package let densityShareOffset: Float = 0.15

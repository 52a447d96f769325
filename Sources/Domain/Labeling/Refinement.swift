/// The distributions by which one measure is turned into labels; fitted on training pairs, used for test pairs too, so
/// that a label means the same on both sides.
struct MeasureScale: Equatable {
    let raw: EmpiricalDistribution
    let refined: EmpiricalDistribution
    let blended: EmpiricalDistribution
}

/// Turns raw similarities into labels of 0...1: smoothed along the series, made relative within each series, and
/// blended with the raw ones, all by their ranks.
///
/// - Parameter scale: the distributions to use; nil: those of these pairs.
func refined(
    _ raw: SimilarityMatrix,
    _ groups: SliceGroups,
    lengths: SmoothingLengths,
    refinedShare: Double,
    scale: MeasureScale?,
    isCancelled: () -> Bool
) throws(LabelingError) -> (labels: SimilarityMatrix, scale: MeasureScale) {
    let filled = withRowMaximumOnDiagonal(raw)
    let smooth = try smoothedAlong(filled, groups, lengths: lengths, isCancelled: isCancelled)
    let relative = relativeWithinGroups(smooth, groups)
    if isCancelled() { throw .cancelled }
    let rawScale = scale?.raw ?? EmpiricalDistribution(of: filled.pairs)
    let refinedScale = scale?.refined ?? EmpiricalDistribution(of: relative.pairs)
    var blend = rawScale.places(of: filled)
    for index in blend.values.indices {
        let place = refinedScale.place(of: relative.values[index])
        blend.values[index] = (1 - refinedShare) * blend.values[index] + refinedShare * place
    }
    if isCancelled() { throw .cancelled }
    let blendedScale = scale?.blended ?? EmpiricalDistribution(of: blend.pairs)
    let result = MeasureScale(raw: rawScale, refined: refinedScale, blended: blendedScale)
    return (blendedScale.places(of: blend), result)
}

/// A slice is as similar to itself as to the slice most similar to it: the averages along the diagonal stay smooth.
func withRowMaximumOnDiagonal(_ matrix: SimilarityMatrix) -> SimilarityMatrix {
    var result = matrix
    for row in 0..<matrix.count {
        var largest = -Double.infinity
        for column in 0..<matrix.count where column != row { largest = max(largest, matrix[row, column]) }
        if largest.isFinite { result[row, row] = largest }
    }
    return result
}

/// Each row, group by group: minus the mean of its two largest values there, over its standard deviation there; then
/// the mean with its transpose. So a series which resembles nothing still has a best match for each slice.
func relativeWithinGroups(_ matrix: SimilarityMatrix, _ groups: SliceGroups) -> SimilarityMatrix {
    var relative = SimilarityMatrix(count: matrix.count)
    for group in groups.comparisons {
        for row in 0..<matrix.count {
            let values = group.map { matrix[row, $0] }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            let top = meanOfTwoLargest(values)
            let scale = 1 / (variance.squareRoot() + 1e-6)
            for column in group { relative[row, column] = (matrix[row, column] - top) * scale }
        }
    }
    var symmetric = relative
    for row in 0..<matrix.count {
        for column in 0..<matrix.count {
            symmetric[row, column] = (relative[row, column] + relative[column, row]) / 2
        }
    }
    return symmetric
}

private func meanOfTwoLargest(_ values: [Double]) -> Double {
    var (first, second) = (-Double.infinity, -Double.infinity)
    for value in values {
        if value > first { (first, second) = (value, first) } else if value > second { second = value }
    }
    return second.isFinite ? (first + second) / 2 : first
}

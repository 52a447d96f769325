/// How near to one another the slices of sequences lie once all pairs of sequences are aligned: minus the distance in
/// millimeters, by `MonotoneAlignment`; within one series minus the distance along it.
///
/// - Parameter labels: similarities as ranks of 0...1: from ½ on, two places rather belong together.
/// - Returns: minus infinity for pairs with a slice outside every sequence.
func alignedNearness(
    _ labels: SimilarityMatrix,
    _ groups: SliceGroups,
    isCancelled: () -> Bool
) throws(LabelingError) -> SimilarityMatrix {
    let unknown = [Double](repeating: -.infinity, count: labels.values.count)
    var nearness = SimilarityMatrix(count: labels.count, values: unknown)
    for (index, first) in groups.sequences.enumerated() {
        if isCancelled() { throw .cancelled }
        for (row, a) in first.members.enumerated() {
            for (column, b) in first.members.enumerated() {
                nearness[a, b] = -abs(first.offsets[row] - first.offsets[column])
            }
        }
        for second in groups.sequences[(index + 1)...] {
            let alignment = MonotoneAlignment(
                similarities: first.members.flatMap { a in second.members.map { labels[a, $0] - 0.5 } },
                firstOffsets: first.offsets,
                secondOffsets: second.offsets
            )
            for (row, a) in first.members.enumerated() {
                for (column, b) in second.members.enumerated() {
                    nearness[a, b] = -alignment.distance(first.offsets[row], second.offsets[column])
                    nearness[b, a] = nearness[a, b]
                }
            }
        }
    }
    return nearness
}

extension SimilarityMatrix {
    /// These labels and the ranks of a nearness, blended where the nearness is known.
    func blended(with nearness: SimilarityMatrix, _ scale: EmpiricalDistribution, share: Double) -> Self {
        var blend = self
        for index in blend.values.indices where nearness.values[index].isFinite {
            blend.values[index] =
                (1 - share) * blend.values[index] + share * scale.place(of: nearness.values[index])
        }
        return blend
    }
}

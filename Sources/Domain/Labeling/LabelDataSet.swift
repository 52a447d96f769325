/// Labels all pairs of slices of each side.
///
/// Two slices are similar when their lungs' outlines agree and when their gradients point the same way at the same
/// places; both similarities are averaged along the series that the slices come from, joined with the alignment of
/// whole series, and end as ranks. Equal inputs give equal data sets.
///
/// - Parameters:
///   - plan: whose pairs are labeled.
///   - training: similarities of `plan.training`, in that order.
///   - test: similarities of `plan.test`, in that order.
///   - progress: called with 0...1, ascending.
///   - isCancelled: asked often; true ends the work with `.cancelled`.
/// - Throws: `LabelingError.cancelled`.
package func labelDataSet(
    plan: LabelingPlan,
    training: PairSimilarities,
    test: PairSimilarities,
    progress: (Double) -> Void,
    isCancelled: () -> Bool
) throws(LabelingError) -> LabeledDataSet {
    let recipe = plan.recipe
    let trained = try SideLabels(
        training,
        plan.groups(of: plan.training),
        recipe: recipe,
        scale: nil,
        progress: { progress(0.75 * $0) },
        isCancelled: isCancelled
    )
    let tested = try SideLabels(
        test,
        plan.groups(of: plan.test),
        recipe: recipe,
        scale: trained.scale,
        progress: { progress(0.75 + 0.2 * $0) },
        isCancelled: isCancelled
    )
    let sorted = trained.similarity.pairs.sorted()
    // Where most pairs are unlike to the same degree, zero, that degree is grade 0.
    let thresholds = recipe.gradeQuantiles.map {
        max(Float(EmpiricalDistribution.quantile(of: sorted, $0)), .leastNormalMagnitude)
    }
    let pairs =
        labeledPairs(trained, members: plan.training, thresholds: thresholds)
        + labeledPairs(tested, members: plan.test, thresholds: thresholds)
    progress(1)
    return LabeledDataSet(
        recipe: recipe,
        members: zip(plan.members, plan.isTest).map { DataSetMember($0, isTest: $1) },
        pairs: pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) },
        gradeThresholds: thresholds
    )
}

extension LabelingPlan {
    fileprivate func groups(of side: [Int]) -> SliceGroups {
        SliceGroups(of: side.map { members[$0] }, minimum: recipe.sequenceMinimum)
    }
}

private func labeledPairs(_ labels: SideLabels, members: [Int], thresholds: [Float]) -> [LabeledPair] {
    var pairs: [LabeledPair] = []
    pairs.reserveCapacity(members.count * (members.count - 1) / 2)
    for first in members.indices {
        for second in members.indices.suffix(from: first + 1) {
            let similarity = Float(labels.similarity[first, second])
            pairs.append(
                LabeledPair(
                    first: members[first],
                    second: members[second],
                    outlineSimilarity: Float(labels.outline[first, second]),
                    detailSimilarity: Float(labels.detail[first, second]),
                    densitySimilarity: Float(labels.density[first, second]),
                    similarity: similarity,
                    grade: UInt8(thresholds.count { similarity >= $0 })
                )
            )
        }
    }
    return pairs
}

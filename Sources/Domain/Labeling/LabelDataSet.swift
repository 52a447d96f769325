/// Labels all pairs of slices.
///
/// Two slices are similar when their lungs' outlines agree and when their gradients point the same way at the same
/// places of the canonical frame; both similarities are averaged along the series that the slices come from, and end
/// as ranks. The spatial transformer of the method is not part of these labels. Equal inputs give equal data sets.
///
/// - Parameters:
///   - members: slices with lungs, in any order; the labels of two sets that differ in order agree but for rounding.
///   - progress: called with 0...1, ascending.
///   - isCancelled: asked often; true ends the work with `.cancelled`.
/// - Throws: `LabelingError`, whose description says what is missing.
package func labelDataSet(
    members all: [LabelingMember],
    recipe: LabelingRecipe,
    progress: (Double) -> Void,
    isCancelled: () -> Bool
) throws(LabelingError) -> LabeledDataSet {
    if let flaw = recipe.flaw { throw .badRecipe(flaw) }
    let patients = Set(all.map(\.patient)).count
    guard patients >= 2 else { throw .tooFewPatients(found: patients) }
    guard all.count >= memberMinimum else { throw .tooFewMembers(found: all.count, needed: memberMinimum) }
    let chosen = selectedMembers(all, maximum: recipe.memberMaximum, seed: recipe.seed)
    let members = chosen.map { all[$0] }
    let isTest = try testSide(members.map(\.patient), share: recipe.testShare, seed: recipe.seed)
    let training = members.indices.filter { !isTest[$0] }
    let test = members.indices.filter { isTest[$0] }
    guard training.count >= testMemberMinimum, test.count >= testMemberMinimum else {
        throw .tooFewMembers(found: min(training.count, test.count), needed: testMemberMinimum)
    }
    progress(0.05)
    let trained = try labels(
        of: training.map { members[$0] },
        recipe: recipe,
        scale: nil,
        progress: { progress(0.05 + 0.75 * $0) },
        isCancelled: isCancelled
    )
    let tested = try labels(
        of: test.map { members[$0] },
        recipe: recipe,
        scale: trained.scale,
        progress: { progress(0.8 + 0.15 * $0) },
        isCancelled: isCancelled
    )
    let sorted = trained.similarity.pairs.sorted()
    let thresholds = recipe.gradeQuantiles.map { Float(EmpiricalDistribution.quantile(of: sorted, $0)) }
    let pairs =
        labeledPairs(trained, members: training, thresholds: thresholds)
        + labeledPairs(tested, members: test, thresholds: thresholds)
    progress(1)
    return LabeledDataSet(
        recipe: recipe,
        members: members.enumerated().map { index, member in
            DataSetMember(
                id: member.id,
                patient: member.patient,
                series: member.series,
                isTest: isTest[index]
            )
        },
        pairs: pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) },
        gradeThresholds: thresholds
    )
}

/// Fewest slices of a data set.
private let memberMinimum = 8

/// The distributions of all three measures.
private struct LabelScale {
    let detailCosine: EmpiricalDistribution
    let outline: MeasureScale
    let detail: MeasureScale
    let similarity: EmpiricalDistribution
}

/// The labels of one side.
private struct SideLabels {
    let outline: SimilarityMatrix
    let detail: SimilarityMatrix
    let similarity: SimilarityMatrix
    let scale: LabelScale
}

private func labels(
    of members: [LabelingMember],
    recipe: LabelingRecipe,
    scale: LabelScale?,
    progress: (Double) -> Void,
    isCancelled: () -> Bool
) throws(LabelingError) -> SideLabels {
    let groups = SliceGroups(
        series: members.map(\.series),
        offsets: members.map(\.offsetMillimeters),
        minimum: recipe.sequenceMinimum
    )
    func lengths(_ along: Double) -> SmoothingLengths {
        SmoothingLengths(along: along, across: recipe.acrossMillimeters, each: recipe.eachMillimeters)
    }
    let outline = try refined(
        outlineSimilarities(members),
        groups,
        lengths: lengths(recipe.outlineAlongMillimeters),
        refinedShare: recipe.refinedShare,
        scale: scale?.outline,
        isCancelled: isCancelled
    )
    progress(0.5)
    // Cosines crowd near 1: their ranks are smoothed instead.
    let cosines = detailSimilarities(members)
    let cosineScale = scale?.detailCosine ?? EmpiricalDistribution(of: cosines.pairs)
    let detail = try refined(
        cosineScale.places(of: cosines),
        groups,
        lengths: lengths(recipe.detailAlongMillimeters),
        refinedShare: recipe.refinedShare,
        scale: scale?.detail,
        isCancelled: isCancelled
    )
    progress(0.9)
    var blend = detail.labels
    for index in blend.values.indices {
        blend.values[index] =
            recipe.detailShare * blend.values[index] + (1 - recipe.detailShare) * outline.labels.values[index]
    }
    let similarityScale = scale?.similarity ?? EmpiricalDistribution(of: blend.pairs)
    let result = LabelScale(
        detailCosine: cosineScale,
        outline: outline.scale,
        detail: detail.scale,
        similarity: similarityScale
    )
    progress(1)
    return SideLabels(
        outline: outline.labels,
        detail: detail.labels,
        similarity: similarityScale.places(of: blend),
        scale: result
    )
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
                    similarity: similarity,
                    grade: UInt8(thresholds.count { similarity >= $0 })
                )
            )
        }
    }
    return pairs
}

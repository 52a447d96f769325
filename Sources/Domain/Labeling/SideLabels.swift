/// The labels of all pairs of some slices, 0...1.
package struct SideLabels {
    /// Of the lungs' outlines.
    package let outline: SimilarityMatrix
    /// Of what is inside.
    package let detail: SimilarityMatrix
    /// Of where the lungs are brighter than others'.
    package let density: SimilarityMatrix
    /// Of outline and detail together.
    package let similarity: SimilarityMatrix
    /// The distributions behind the labels; nil where similarities are labels as they are.
    let scale: LabelScale?

    /// Turns the similarities of some slices into labels by their own distributions.
    ///
    /// - Parameter members: the slices, in the order of the similarities.
    package init(
        _ raw: PairSimilarities,
        of members: [LabelingMember],
        recipe: LabelingRecipe
    ) throws(LabelingError) {
        let groups = SliceGroups(of: members, minimum: recipe.sequenceMinimum)
        try self.init(
            raw,
            groups,
            recipe: recipe,
            scale: nil,
            progress: { _ in },
            isCancelled: { false }
        )
    }

    /// Turns similarities into labels.
    ///
    /// - Parameter scale: the training side's distributions, so that a label means the same on both sides; nil: this is
    ///   the training side.
    init(
        _ raw: PairSimilarities,
        _ groups: SliceGroups,
        recipe: LabelingRecipe,
        scale: LabelScale?,
        progress: (Double) -> Void,
        isCancelled: () -> Bool
    ) throws(LabelingError) {
        guard recipe.source.comparesPictures else {
            (outline, detail, density, similarity) = (raw.outline, raw.detail, raw.density, raw.outline)
            self.scale = nil
            return
        }
        let outline = try refined(
            raw.outline,
            groups,
            lengths: recipe.smoothing(along: recipe.outlineAlongMillimeters),
            refinedShare: recipe.refinedShare,
            scale: scale?.outline,
            isCancelled: isCancelled
        )
        progress(0.4)
        // Cosines crowd near 1: their ranks are smoothed instead.
        let cosineScale = scale?.detailCosine ?? EmpiricalDistribution(of: raw.detail.pairs)
        let detail = try refined(
            cosineScale.places(of: raw.detail),
            groups,
            lengths: recipe.smoothing(along: recipe.detailAlongMillimeters),
            refinedShare: recipe.refinedShare,
            scale: scale?.detail,
            isCancelled: isCancelled
        )
        progress(0.8)
        let joint = try JoinedLabels(
            outline: outline.labels,
            detail: detail.labels,
            groups,
            recipe: recipe,
            scale: scale?.joint,
            isCancelled: isCancelled
        )
        // Lesions are small: what smoothing along a series would blur is ranked as it is.
        let densityScale = scale?.density ?? EmpiricalDistribution(of: raw.density.pairs)
        self.outline = joint.outline
        self.detail = joint.detail
        self.density = densityScale.places(of: raw.density)
        self.similarity = joint.similarity
        self.scale = LabelScale(
            detailCosine: cosineScale,
            outline: outline.scale,
            detail: detail.scale,
            joint: joint.scale,
            density: densityScale
        )
        progress(1)
    }
}

/// The distributions of all measures of the training side.
struct LabelScale: Equatable {
    let detailCosine: EmpiricalDistribution
    let outline: MeasureScale
    let detail: MeasureScale
    let joint: JoinedLabels.Scale
    let density: EmpiricalDistribution
}

/// Labels of outline and detail once the alignment of whole series is part of both, and both together.
struct JoinedLabels {
    let outline: SimilarityMatrix
    let detail: SimilarityMatrix
    let similarity: SimilarityMatrix
    let scale: Scale

    struct Scale: Equatable {
        let nearness: EmpiricalDistribution
        let outline: EmpiricalDistribution
        let detail: EmpiricalDistribution
        let similarity: EmpiricalDistribution
    }

    init(
        outline: SimilarityMatrix,
        detail: SimilarityMatrix,
        _ groups: SliceGroups,
        recipe: LabelingRecipe,
        scale: Scale?,
        isCancelled: () -> Bool
    ) throws(LabelingError) {
        let blend = detail.blended(with: outline, share: 1 - recipe.detailShare)
        let nearness = try alignedNearness(blend, groups, isCancelled: isCancelled)
        let nearnessScale = scale?.nearness ?? EmpiricalDistribution(of: nearness.pairs.filter(\.isFinite))
        func joined(_ labels: SimilarityMatrix) -> SimilarityMatrix {
            labels.blended(with: nearness, nearnessScale, share: recipe.alignedShare)
        }
        let (outlineBlend, detailBlend) = (joined(outline), joined(detail))
        let outlineScale = scale?.outline ?? EmpiricalDistribution(of: outlineBlend.pairs)
        let detailScale = scale?.detail ?? EmpiricalDistribution(of: detailBlend.pairs)
        self.outline = outlineScale.places(of: outlineBlend)
        self.detail = detailScale.places(of: detailBlend)
        if isCancelled() { throw .cancelled }
        let both = self.detail.blended(with: self.outline, share: 1 - recipe.detailShare)
        let similarityScale = scale?.similarity ?? EmpiricalDistribution(of: both.pairs)
        self.similarity = similarityScale.places(of: both)
        self.scale = Scale(
            nearness: nearnessScale,
            outline: outlineScale,
            detail: detailScale,
            similarity: similarityScale
        )
    }
}

extension SimilarityMatrix {
    /// A weighted mean with another matrix, whose weight is `share`.
    fileprivate func blended(with other: SimilarityMatrix, share: Double) -> Self {
        var blend = self
        for index in blend.values.indices {
            blend.values[index] = (1 - share) * blend.values[index] + share * other.values[index]
        }
        return blend
    }
}

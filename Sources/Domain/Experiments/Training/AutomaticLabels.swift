package import Evaluation
package import Labeling
import Lungs
package import Registration

/// The labels that the labeler would give all pairs of some slices.
///
/// - Parameter transformer: lays one slice on the other; nil: they are compared as they lie.
func automaticLabels(
    of members: [LearningMember],
    transformer: RegistrationModel?,
    recipe: LabelingRecipe,
    threadCount: Int
) throws -> SideLabels {
    let measures = try PairMeasurer(
        model: transformer,
        slices: members.map { RegistrationSlice($0.crop) },
        threadCount: threadCount
    ).symmetricMeasures(of: PairSimilarities.pairs(count: members.count))
    let raw = PairSimilarities(pairs: measures.map { PairSimilarity($0) }, count: members.count)
    return try SideLabels(raw, of: labelingMembers(members), recipe: recipe)
}

/// Members as a data set names them.
func labelingMembers(_ members: [LearningMember]) -> [LabelingMember] {
    members.enumerated().map { index, member in
        LabelingMember(
            id: (0..<4).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) },
            patient: Array(member.patient.utf8),
            series: Array((member.series ?? "single \(index)").utf8),
            offsetMillimeters: member.offsetMillimeters
        )
    }
}

extension PairGrades {
    /// So many slices of a set are labeled against each other; of a larger one every so-manyth.
    package static let labeledMaximum = 600

    /// The grades that the labeler would give the pairs of a set, by quantiles of these pairs' similarity.
    ///
    /// - Parameters:
    ///   - transformer: must not have learned from patients who are asked; nil: slices are compared as they lie.
    /// - Throws: `LabelingError`, `RegistrationError` or `TensorError`.
    package init?(
        labeling set: EvaluationSet,
        transformer: RegistrationModel?,
        recipe: LabelingRecipe,
        threadCount: Int
    ) throws {
        let chosen = thinned(Array(set.slices.indices), to: Self.labeledMaximum)
        let members = chosen.map { index in
            let slice = set.slices[index]
            return LearningMember(
                crop: slice.crop,
                patient: slice.patient,
                series: slice.level == nil ? nil : slice.series,
                offsetMillimeters: slice.level == nil ? nil : slice.offsetMillimeters
            )
        }
        let labels = try automaticLabels(
            of: members,
            transformer: transformer,
            recipe: recipe,
            threadCount: threadCount
        )
        let count = set.slices.count
        var grades = [UInt8?](repeating: nil, count: count * count)
        for (row, one) in chosen.enumerated() {
            for (column, other) in chosen.enumerated() where row != column {
                let similarity = labels.similarity[row, column]
                grades[one * count + other] = UInt8(recipe.gradeQuantiles.count { similarity >= $0 })
            }
        }
        self.init(grades, sliceCount: count)
    }
}

package import Evaluation
package import Labeling
package import Registration
package import WSSENet

/// A method, the baselines that it must beat, and how they are judged: patients who are asked are kept from whatever
/// learns, a group of patients after the other.
package struct Experiment: Sendable {
    /// What is judged.
    package enum Method: Sendable {
        /// A model as it is. What it learned from is its owner's to know.
        case model(EmbeddingModel)
        /// A recipe, trained anew for each group of patients on all others, so many times with other seeds.
        case recipe(WSSENetRecipe, seeds: Int)
    }

    /// What is judged.
    package var method: Method
    /// Groups of patients who are asked; whatever learns does so from all others.
    package var folds: [[String]]
    /// What the recipe learns from: the first is what is judged, the others are to compare with.
    package var sources: [LearningSource] = [.transformer]
    /// The automatic labels with which agreement is measured; nil: it is not.
    package var agreement: LabelSource? = .transformer
    /// How labels are made.
    package var labeling = LabelingRecipe()
    /// How the transformer learns.
    package var registration = RegistrationRecipe()
    /// Lesions whose place is asked for.
    package var lesions = LesionKind.standard
    /// Slices that networks learn from at most; of more every so-manyth is taken.
    package var memberMaximum = LabelingRecipe().memberMaximum
    /// Whether the embedding's parts are shown too.
    package var showsParts = false
    /// Of the lesions' places.
    package var seed: UInt64 = 3
    /// Threads.
    package var threadCount = 1

    /// An experiment with the usual labels and lesions.
    package init(_ method: Method, folds: [[String]]) {
        self.method = method
        self.folds = folds
    }

    /// Who is left out when a recipe is trained: one patient with a whole series after the other, the longest first.
    ///
    /// - Throws: `ExperimentError.tooFewPatients`.
    package static func leavingOneOut(
        _ archive: SliceArchive,
        maximum: Int
    ) throws(ExperimentError) -> [[String]] {
        let whole = archive.wholePatients
        guard !whole.isEmpty else {
            throw .tooFewPatients(
                found: 0,
                needed: 1,
                of: "patients with a whole series (9 slices and more, from apex to base)"
            )
        }
        guard archive.counts.patients > 1 else {
            throw .tooFewPatients(found: archive.counts.patients, needed: 2, of: "patients")
        }
        let chosen = Set(whole.prefix(max(1, maximum)))
        return archive.set.patients.filter { chosen.contains($0) }.map { [$0] }
    }

    /// Who is asked when a model is judged: everybody. Fitted baselines learn from the other groups.
    ///
    /// - Throws: `ExperimentError.tooFewPatients`.
    package static func askingAll(
        _ archive: SliceArchive,
        groupMaximum: Int = 8
    ) throws(ExperimentError) -> [[String]] {
        let patients = archive.set.patients
        guard patients.count > 1 else {
            throw .tooFewPatients(found: patients.count, needed: 2, of: "patients")
        }
        let count = min(patients.count, max(2, groupMaximum))
        return (0..<count).map { group in
            Array(patients[group * patients.count / count..<(group + 1) * patients.count / count])
        }
    }
}

/// Where slices are asked for, and what is learned from.
package struct ExperimentData: Sendable {
    /// The slices that are asked and searched.
    package var set: EvaluationSet
    /// What networks and baselines learn from, those who are asked included: each group is left out when its turn comes.
    package var members: [LearningMember]
    /// What only networks learn from.
    package var additions: [LearningMember] = []
    /// Copies of the set's slices; nil: robustness is not asked.
    package var perturbed: PerturbedSlices?
    /// Made-up patients into whose slices lesions are put; nil: none.
    package var phantoms: EvaluationSet?

    /// Takes slices.
    package init(set: EvaluationSet, members: [LearningMember], perturbed: PerturbedSlices? = nil) {
        self.set = set
        self.members = members
        self.perturbed = perturbed
    }
}

/// How far an experiment is.
package struct ExperimentProgress: Sendable {
    /// What is being done, in words.
    package let task: String
    /// 0...1, of the whole.
    package let share: Double
    /// Whether it is the first work for a group of patients.
    package let startsGroup: Bool
}

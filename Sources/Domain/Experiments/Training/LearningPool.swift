import Evaluation
package import Labeling
import LinearAlgebra
import Lungs
package import Registration
package import WSSENet

/// What a method learns from while some patients are left out, as a data set of the labeler would have it.
package struct LearningPool: Sendable {
    /// In the order in which they were given.
    package let members: [LearningMember]

    /// Takes members, but those of some patients.
    ///
    /// - Parameter maximum: all pairs are labeled, so memory and time grow with the square: of more members every
    ///   so-manyth is taken.
    package init(_ members: [LearningMember], without patients: Set<String> = [], maximum: Int = .max) {
        self.members = thinned(members.filter { !patients.contains($0.patient) }, to: maximum)
    }

    /// Whose slices they are.
    package var patients: Set<String> { Set(self.members.map(\.patient)) }

    /// The spatial transformer that has learned from these slices, without any labels.
    ///
    /// - Parameter progress: told the share that is done.
    /// - Throws: `RegistrationError`, `TrainingDivergence` or `TensorError`.
    package func transformer(
        recipe: RegistrationRecipe,
        threadCount: Int,
        progress: @escaping (Double) -> Void = { _ in }
    ) throws -> RegistrationModel {
        var pool = RegistrationPool()
        for member in self.members {
            pool.append(
                RegistrationSlice(member.crop),
                patient: Array(member.patient.utf8),
                level: member.level
            )
        }
        var hooks = RegistrationHooks()
        hooks.progress = { progress(Double($0.step) / Double(max(1, $0.stepCount))) }
        return try trainRegistration(pool, recipe: recipe, threadCount: threadCount, hooks: hooks)
    }

    /// The labels of all pairs by one source, ready to be learned from.
    ///
    /// - Parameters:
    ///   - source: nil: no labels, slices are told apart by their own views alone.
    ///   - transformer: of the source `transformer`; else unused.
    /// - Throws: `LabelingError`, `RegistrationError` or `TensorError`.
    package func trainingSet(
        labels source: LabelSource?,
        transformer: RegistrationModel?,
        recipe: LabelingRecipe,
        threadCount: Int
    ) throws -> TrainingSet {
        guard let source else {
            let none = Matrix(identity: self.members.count)
            return self.set(outline: none, detail: none, density: none)
        }
        guard source.comparesPictures else {
            let places = PairSimilarities(
                places: labelingMembers(self.members),
                source: source,
                sequenceMinimum: recipe.sequenceMinimum
            )
            let matrix = Matrix(places.outline)
            return self.set(outline: matrix, detail: matrix, density: matrix)
        }
        let labels = try automaticLabels(
            of: self.members,
            transformer: source == .transformer ? transformer : nil,
            recipe: recipe,
            threadCount: threadCount
        )
        return self.set(
            outline: Matrix(labels.outline),
            detail: Matrix(labels.similarity),
            density: Matrix(labels.density)
        )
    }

    private func set(outline: Matrix, detail: Matrix, density: Matrix) -> TrainingSet {
        TrainingSet(
            crops: self.members.map(\.crop),
            patients: self.members.map { Array($0.patient.utf8) },
            outline: outline,
            detail: detail,
            density: density
        )
    }
}

extension FittingPool {
    /// The slices of members, but those of some patients.
    init(_ members: [LearningMember], without patients: Set<String>) {
        self.init()
        for member in members where !patients.contains(member.patient) {
            self.append(member.crop, patient: member.patient)
        }
    }
}

extension Matrix {
    /// Ones on the diagonal, zeros elsewhere.
    fileprivate init(identity count: Int) {
        self.init(rows: count, columns: count)
        for index in 0..<count { self[index, index] = 1 }
    }

    /// Similarities of all pairs, a slice with itself 1.
    fileprivate init(_ similarities: SimilarityMatrix) {
        self.init(
            rows: similarities.count,
            columns: similarities.count,
            values: similarities.values.map { Float($0) }
        )
        for index in 0..<similarities.count { self[index, index] = 1 }
    }
}

/// At most so many elements: every so-manyth, in their order.
package func thinned<Element>(_ elements: [Element], to maximum: Int) -> [Element] {
    guard elements.count > maximum else { return elements }
    return (0..<maximum).map { elements[$0 * elements.count / maximum] }
}

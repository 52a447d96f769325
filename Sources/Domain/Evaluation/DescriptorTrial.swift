private import LinearAlgebra

/// Everything that is asked of a method: the same queries for all.
package struct DescriptorTrial: Sendable {
    /// The slices.
    package let set: EvaluationSet
    /// Perturbed copies; nil: robustness is not asked.
    package let perturbed: PerturbedSlices?
    /// Automatic labels of the set's pairs; nil: agreement is not asked.
    package let grades: PairGrades?
    /// Lesions whose position is asked for.
    package let lesions: [LesionKind]
    /// Of the lesions' places.
    package let seed: UInt64
    private let duplicates: NearDuplicates?

    /// Prepares a trial. Classes are asked for where slices have them, the same position where patients have several
    /// series, levels where they are known.
    package init(
        _ set: EvaluationSet,
        perturbed: PerturbedSlices? = nil,
        grades: PairGrades? = nil,
        lesions: [LesionKind] = LesionKind.standard,
        seed: UInt64 = 0
    ) {
        self.set = set
        self.perturbed = perturbed
        self.grades = grades
        self.lesions = lesions
        self.seed = seed
        self.duplicates = set.slices.contains { $0.label != nil } ? NearDuplicates(among: set) : nil
    }

    /// Judges methods by the queries of one patient: a row for each, in their order.
    ///
    /// - Throws: `DescriptorError` when a method was fitted to slices of that patient, or what the methods throw.
    package func figures(of descriptors: [Descriptor], leavingOut patient: String) throws -> [MethodFigures] {
        try self.figures(of: descriptors, leavingOut: [patient])
    }

    /// Judges methods by the queries of some patients, one after the other: a row for each method, in their order.
    ///
    /// The set is described once, so this is for methods that none of the patients was fitted to.
    ///
    /// - Throws: `DescriptorError` when a method was fitted to slices of one of them, or what the methods throw.
    package func figures(of descriptors: [Descriptor], leavingOut patients: [String]) throws
        -> [MethodFigures]
    {
        for descriptor in descriptors where !descriptor.fittedPatients.isDisjoint(with: patients) {
            throw DescriptorError(
                method: descriptor.name,
                problem: "was fitted to slices of a left-out patient"
            )
        }
        let described = try descriptors.map { try DescribedSet(self.set, by: $0) }
        var rows = descriptors.map { MethodFigures($0.name) }
        for patient in patients {
            for index in descriptors.indices {
                try self.appendRetrieval(to: &rows[index], described[index], by: descriptors[index], patient)
            }
            try self.appendLesions(to: &rows, described, by: descriptors, patient)
        }
        return rows
    }

    private func appendRetrieval(
        to row: inout MethodFigures,
        _ described: DescribedSet,
        by descriptor: Descriptor,
        _ patient: String
    ) throws {
        row.appendLevels(described, patient: patient)
        if let perturbed = self.perturbed {
            try row.appendRobustness(described, perturbed: perturbed, by: descriptor, patient: patient)
        }
        row.appendPositions(described, patient: patient)
        if let grades = self.grades { row.appendGrades(described, grades: grades, patient: patient) }
        if let duplicates = self.duplicates {
            row.appendClasses(described, duplicates: duplicates, patient: patient)
        }
    }

    private func appendLesions(
        to rows: inout [MethodFigures],
        _ described: [DescribedSet],
        by descriptors: [Descriptor],
        _ patient: String
    ) throws {
        guard !self.lesions.isEmpty else { return }
        let triplets = LesionTriplets(self.set, patient: patient, seed: self.seed)
        // The crops of one kind at a time, shared by all methods: all together would take gigabytes.
        for kind in self.lesions {
            let crops = triplets.crops(kind, of: self.set)
            for index in descriptors.indices {
                try rows[index].appendLesions(
                    kind,
                    triplets,
                    crops: crops,
                    described[index],
                    by: descriptors[index],
                    patient: patient
                )
            }
        }
    }
}

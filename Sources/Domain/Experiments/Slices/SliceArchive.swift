package import Evaluation
import Labeling
import Lungs

/// The slices of an archive as methods are judged by them: patients numbered, series put in order, levels measured.
///
/// Levels come from our own masks (`sequenceLevel`): nobody has measured a strange archive's lungs. Numbers stand for
/// patients from here on, in the order of their first slices, so that no identifier goes further.
package struct SliceArchive: Sendable {
    /// Slices that are asked and searched: those of whole series, patient by patient along the body, and single ones where
    /// they have a class or where there is no whole series at all.
    package let set: EvaluationSet
    /// (set): the place of each among the found slices.
    package let sources: [Int]
    /// Single slices outside of the set: only learned from.
    package let others: [LearningMember]
    /// How much there is of what.
    package let counts: Counts

    /// How much there is of what.
    package struct Counts: Sendable, Equatable {
        /// Patients with a slice that shows lungs.
        package var patients = 0
        /// Slices of which no patient is known: each counts as one of its own.
        package var nameless = 0
        /// Series of at least `LabelingRecipe.sequenceMinimum` slices.
        package var series = 0
        /// Those of them that end within the lungs, so that levels in them mean nothing.
        package var cutSeries = 0
        /// Slices of no whole series.
        package var singles = 0
        /// Slices in which no lung was found, or too little.
        package var withoutLung = 0
    }

    /// A series that ends on a slice with more than this share of its largest lung area does not show all of the lungs.
    /// Measured on `shared/data/ct`: whole series end below 0.02, the one that is known to be cut ends at 1.
    static let cutShare = 0.4

    /// Puts slices in order.
    ///
    /// - Parameters:
    ///   - found: of several slices of a series and place the first counts first.
    ///   - kind: what stands before the numbers; sets that meet in one experiment need kinds of their own.
    /// - Throws: `ExperimentError`: no slice shows lungs, or two patients share a slice.
    package init(_ found: [FoundSlice], kind: String = "patient") throws(ExperimentError) {
        let sorted = SortedSlices(found, kind: kind)
        guard !sorted.patients.isEmpty else { throw .noLungs(slices: found.count) }
        try Self.refuseShared(found, sorted)
        let hasSeries = sorted.series.contains { !$0.members.isEmpty }
        var (slices, sources): ([EvaluationSlice], [Int]) = ([], [])
        var others: [LearningMember] = []
        for patient in sorted.patients {
            for series in sorted.series where series.patient == patient {
                for member in series.members {
                    slices.append(
                        found[member.index].asked(patient, series: series.name, level: member.level)
                    )
                    sources.append(member.index)
                }
            }
            for index in sorted.singles[patient] ?? [] {
                if found[index].label != nil || !hasSeries {
                    slices.append(
                        found[index].asked(patient, series: "\(patient) single \(index)", level: nil)
                    )
                    sources.append(index)
                } else if let crop = found[index].crop {
                    others.append(LearningMember(crop: crop, patient: patient))
                }
            }
        }
        let cut = sorted.series.filter(\.isCut)
        self.set = EvaluationSet(slices, unleveledPatients: Set(cut.map(\.patient)))
        self.sources = sources
        self.others = others
        self.counts = Counts(
            patients: sorted.patients.count,
            nameless: sorted.nameless,
            series: sorted.series.count { !$0.members.isEmpty },
            cutSeries: cut.count,
            singles: sorted.singles.values.reduce(0) { $0 + $1.count },
            withoutLung: found.count { $0.crop == nil }
        )
    }

    /// One person under two identifiers would be on both sides of every split by patient.
    private static func refuseShared(_ found: [FoundSlice], _ sorted: SortedSlices) throws(ExperimentError) {
        var owners: [[Float]: String] = [:]
        for (index, slice) in found.enumerated() {
            guard slice.patient != nil, let crop = slice.crop, let patient = sorted.patient(of: index) else {
                continue
            }
            if let owner = owners[crop.image], owner != patient { throw .sharedSlice(owner, patient) }
            owners[crop.image] = patient
        }
    }

    /// All that can be learned from, by whoever it is not kept from.
    package var members: [LearningMember] {
        self.set.slices.map { slice in
            let isTrusted = !self.set.unleveledPatients.contains(slice.patient)
            return LearningMember(
                crop: slice.crop,
                patient: slice.patient,
                series: slice.level == nil ? nil : slice.series,
                offsetMillimeters: slice.level == nil ? nil : slice.offsetMillimeters,
                level: isTrusted ? slice.level : nil
            )
        } + self.others
    }

    /// Patients with a whole series whose levels can be trusted, the longest series first, of equals the earlier.
    package var wholePatients: [String] {
        let whole = self.set.patients.filter { patient in
            !self.set.unleveledPatients.contains(patient)
                && self.set.slices.contains { $0.patient == patient && $0.level != nil }
        }
        let counts = Dictionary(grouping: self.set.slices, by: \.patient).mapValues(\.count)
        return whole.enumerated().sorted {
            let (a, b) = (counts[$0.element] ?? 0, counts[$1.element] ?? 0)
            return a == b ? $0.offset < $1.offset : a > b
        }.map(\.element)
    }
}

extension FoundSlice {
    fileprivate func asked(_ patient: String, series: String, level: Double?) -> EvaluationSlice {
        guard let crop else { preconditionFailure("only slices with lungs are sorted") }
        return EvaluationSlice(
            crop: crop,
            patient: patient,
            series: series,
            offsetMillimeters: self.offsetMillimeters ?? 0,
            thicknessMillimeters: self.thicknessMillimeters,
            exam: self.exam,
            level: level,
            label: self.label
        )
    }
}

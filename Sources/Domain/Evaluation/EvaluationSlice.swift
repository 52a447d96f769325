package import Lungs

/// One slice that is searched for or found, and what is known of it.
package struct EvaluationSlice: Sendable {
    /// The lungs in their canonical frame.
    package var crop: LungCrop
    /// Whose slice it is, by whatever name tells patients apart; never shown.
    package var patient: String
    /// The series it belongs to; slices of different patients are of different series whatever the name.
    package var series: String
    /// Place along the body, growing toward the head, millimeters.
    package var offsetMillimeters: Double
    /// Slice thickness, millimeters; nil: unknown.
    package var thicknessMillimeters: Double?
    /// The exam in which offsets mean the same place; nil: offsets cannot be compared between series.
    package var exam: String?
    /// Place in the lungs, 0 apex to 1 base; nil: unknown, as of single slices.
    package var level: Double?
    /// The class that a table gives it; nil: none.
    package var label: String?

    /// Makes a slice; what is not given is unknown.
    package init(
        crop: LungCrop,
        patient: String,
        series: String,
        offsetMillimeters: Double,
        thicknessMillimeters: Double? = nil,
        exam: String? = nil,
        level: Double? = nil,
        label: String? = nil
    ) {
        self.crop = crop
        self.patient = patient
        self.series = series
        self.offsetMillimeters = offsetMillimeters
        self.thicknessMillimeters = thicknessMillimeters
        self.exam = exam
        self.level = level
        self.label = label
    }

    /// Whether both lie in the same series.
    func isOfSeries(of other: EvaluationSlice) -> Bool {
        self.patient == other.patient && self.series == other.series
    }
}

/// The slices among which all methods search: the same ones, in the same order.
package struct EvaluationSet: Sendable {
    /// In slice order: the slices of a series follow each other along the body.
    package let slices: [EvaluationSlice]
    /// Patients whose levels cannot be trusted, as of a series that shows a part of the lungs only: never query or
    /// gallery where levels decide.
    package let unleveledPatients: Set<String>

    /// Makes a set.
    package init(_ slices: [EvaluationSlice], unleveledPatients: Set<String> = []) {
        self.slices = slices
        self.unleveledPatients = unleveledPatients
    }

    /// The patients in the order in which they first appear.
    package var patients: [String] {
        var seen: Set<String> = []
        return self.slices.map(\.patient).filter { seen.insert($0).inserted }
    }

    /// The slices' crops.
    package var crops: [LungCrop] { self.slices.map(\.crop) }

    /// The slices of one patient.
    package func indices(of patient: String) -> [Int] {
        self.slices.indices.filter { self.slices[$0].patient == patient }
    }

    /// The slices whose level is known and can be trusted.
    var leveled: [Int] {
        self.slices.indices.filter {
            self.slices[$0].level != nil && !self.unleveledPatients.contains(self.slices[$0].patient)
        }
    }
}

package import Lungs

/// One slice of an archive as it was found: its lungs, and what its file or a truth table says of it.
package struct FoundSlice: Sendable {
    /// The lungs in their canonical frame; nil where none were found.
    package var crop: LungCrop?
    /// Of the lungs, cm²; 0 where none were found.
    package var areaSquareCentimeters: Double
    /// What tells patients apart; nil: unknown, the slice is a patient of its own. Never shown.
    package var patient: String?
    /// The exam in which offsets mean the same place; nil: unknown. Never shown.
    package var exam: String?
    /// The series; nil: of none, as pictures. Never shown.
    package var series: String?
    /// Place along the body, growing toward the head, millimeters; nil: unknown.
    package var offsetMillimeters: Double?
    /// Slice thickness, millimeters; nil: unknown.
    package var thicknessMillimeters: Double?
    /// The class that a table gives it; nil: none.
    package var label: String?

    /// Makes a slice; what is not given is unknown.
    package init(
        crop: LungCrop?,
        areaSquareCentimeters: Double = 0,
        patient: String? = nil,
        exam: String? = nil,
        series: String? = nil,
        offsetMillimeters: Double? = nil,
        thicknessMillimeters: Double? = nil,
        label: String? = nil
    ) {
        self.crop = crop
        self.areaSquareCentimeters = areaSquareCentimeters
        self.patient = patient
        self.exam = exam
        self.series = series
        self.offsetMillimeters = offsetMillimeters
        self.thicknessMillimeters = thicknessMillimeters
        self.label = label
    }
}

package import Lungs

/// One slice that may be learned from.
package struct LearningMember: Sendable {
    /// The lungs.
    package let crop: LungCrop
    /// Whose it is.
    package let patient: String
    /// Nil for single slices and pictures.
    package let series: String?
    /// Place along the body, millimeters; nil where it is of no series.
    package let offsetMillimeters: Double?
    /// For the transformer's choice of pairs, from the header; nil: unknown.
    package let level: Double?

    /// Makes a member; what is not given is unknown.
    package init(
        crop: LungCrop,
        patient: String,
        series: String? = nil,
        offsetMillimeters: Double? = nil,
        level: Double? = nil
    ) {
        self.crop = crop
        self.patient = patient
        self.series = series
        self.offsetMillimeters = offsetMillimeters
        self.level = level
    }
}

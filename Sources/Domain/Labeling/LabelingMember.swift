/// One slice that may become a member of a data set.
package struct LabelingMember: Sendable, Equatable {
    /// The slice, as the services name it.
    package let id: [UInt8]
    /// The patient; a patient is on one side of the split.
    package let patient: [UInt8]
    /// The series.
    package let series: [UInt8]
    /// Place along the body, growing toward the head, millimeters; nil for pictures.
    package let offsetMillimeters: Double?

    /// Names a slice. An offset which is not finite counts as none.
    package init(id: [UInt8], patient: [UInt8], series: [UInt8], offsetMillimeters: Double?) {
        self.id = id
        self.patient = patient
        self.series = series
        self.offsetMillimeters = offsetMillimeters.flatMap { $0.isFinite ? $0 : nil }
    }
}

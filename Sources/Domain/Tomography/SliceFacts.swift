/// What the header says about a slice besides its pixels. Holds no name, number or birth date of a patient.
package struct SliceFacts: Sendable, Equatable {
    /// Convolution Kernel (0018,1210), as written.
    package var kernel: String?
    /// Slice Thickness (0018,0050), millimeters.
    package var thicknessMillimeters: Double?
    /// Manufacturer (0008,0070), as written.
    package var manufacturer: String?
    /// Study Date (0008,0020) as the number yyyymmdd.
    package var studyDate: Int32?
    /// Position and orientation in the patient.
    package var pose: SlicePose?
    /// Instance Number (0020,0013).
    package var instanceNumber: Int32?

    /// Makes facts; whatever is not given is unknown.
    package init(
        kernel: String? = nil,
        thicknessMillimeters: Double? = nil,
        manufacturer: String? = nil,
        studyDate: Int32? = nil,
        pose: SlicePose? = nil,
        instanceNumber: Int32? = nil
    ) {
        self.kernel = kernel
        self.thicknessMillimeters = thicknessMillimeters
        self.manufacturer = manufacturer
        self.studyDate = studyDate
        self.pose = pose
        self.instanceNumber = instanceNumber
    }
}

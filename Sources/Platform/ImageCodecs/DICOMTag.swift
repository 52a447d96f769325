/// An attribute of DICOM. The list is also the list of what is read at all: names and birth dates are not in
/// it.
struct DICOMTag: Hashable, Sendable {
    let group: UInt16
    let element: UInt16

    init(_ group: UInt16, _ element: UInt16) {
        self.group = group
        self.element = element
    }

    static let imageType = DICOMTag(0x0008, 0x0008)
    static let sopClassUID = DICOMTag(0x0008, 0x0016)
    static let sopInstanceUID = DICOMTag(0x0008, 0x0018)
    static let studyDate = DICOMTag(0x0008, 0x0020)
    static let modality = DICOMTag(0x0008, 0x0060)
    static let manufacturer = DICOMTag(0x0008, 0x0070)
    static let patientID = DICOMTag(0x0010, 0x0020)
    static let sliceThickness = DICOMTag(0x0018, 0x0050)
    static let convolutionKernel = DICOMTag(0x0018, 0x1210)
    static let studyInstanceUID = DICOMTag(0x0020, 0x000D)
    static let seriesInstanceUID = DICOMTag(0x0020, 0x000E)
    static let instanceNumber = DICOMTag(0x0020, 0x0013)
    static let imagePosition = DICOMTag(0x0020, 0x0032)
    static let imageOrientation = DICOMTag(0x0020, 0x0037)
    static let samplesPerPixel = DICOMTag(0x0028, 0x0002)
    static let photometricInterpretation = DICOMTag(0x0028, 0x0004)
    static let numberOfFrames = DICOMTag(0x0028, 0x0008)
    static let rows = DICOMTag(0x0028, 0x0010)
    static let columns = DICOMTag(0x0028, 0x0011)
    static let pixelSpacing = DICOMTag(0x0028, 0x0030)
    static let bitsAllocated = DICOMTag(0x0028, 0x0100)
    static let bitsStored = DICOMTag(0x0028, 0x0101)
    static let highBit = DICOMTag(0x0028, 0x0102)
    static let pixelRepresentation = DICOMTag(0x0028, 0x0103)
    static let pixelPaddingValue = DICOMTag(0x0028, 0x0120)
    static let pixelPaddingRangeLimit = DICOMTag(0x0028, 0x0121)
    static let burnedInAnnotation = DICOMTag(0x0028, 0x0301)
    static let rescaleIntercept = DICOMTag(0x0028, 0x1052)
    static let rescaleSlope = DICOMTag(0x0028, 0x1053)
    static let rescaleType = DICOMTag(0x0028, 0x1054)
    static let lossyImageCompression = DICOMTag(0x0028, 0x2110)
    static let modalityLUTSequence = DICOMTag(0x0028, 0x3000)
    static let pixelData = DICOMTag(0x7FE0, 0x0010)
}

/// SOP classes which hold CT images.
enum CTStorageClass {
    static let image = "1.2.840.10008.5.1.4.1.1.2"
    static let enhanced = "1.2.840.10008.5.1.4.1.1.2.1"
    static let legacyConverted = "1.2.840.10008.5.1.4.1.1.2.2"

    static func contains(_ uid: String) -> Bool {
        uid == image || keepsAttributesInSequences(uid)
    }

    /// Enhanced objects keep position, spacing and rescaling in functional groups.
    static func keepsAttributesInSequences(_ uid: String) -> Bool {
        uid == enhanced || uid == legacyConverted
    }
}

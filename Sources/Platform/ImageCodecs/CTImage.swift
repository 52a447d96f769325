private import Foundation

/// A CT image to be written as DICOM. Attributes which are nil are left out, so that tests can leave out any.
package struct CTImage: Sendable {
    /// Pixels from top to bottom.
    package var rows: Int
    /// Pixels from left to right.
    package var columns: Int
    /// (rows, columns), row-major: what is stored, that is (HU − intercept) ÷ slope. Unsigned bits pass as
    /// Int16's.
    package var stored: [Int16]

    /// Patient ID.
    package var patientID: String? = "phantom"
    /// Patient's Name.
    package var patientName: String? = "Phantom"
    /// Study Instance UID.
    package var studyUID: String?
    /// Series Instance UID.
    package var seriesUID: String?
    /// SOP Instance UID.
    package var sopUID: String?
    /// Frame of Reference UID; nil: the series UID.
    package var frameOfReferenceUID: String?
    /// SOP class; CT Image Storage.
    package var sopClassUID: String? = "1.2.840.10008.5.1.4.1.1.2"
    /// Modality.
    package var modality: String? = "CT"
    /// Image Type; empty: left out.
    package var imageType: [String] = ["ORIGINAL", "PRIMARY", "AXIAL"]
    /// Study Date as the number yyyymmdd.
    package var studyDate: Int32? = 20_000_101
    /// Manufacturer.
    package var manufacturer: String? = "Phantom"
    /// Convolution Kernel.
    package var kernel: String? = "STANDARD"
    /// Series Number.
    package var seriesNumber: Int32 = 1
    /// Instance Number.
    package var instanceNumber: Int32? = 1
    /// Slice Thickness.
    package var thicknessMillimeters: Double? = 3
    /// Pixel Spacing.
    package var spacing: PixelDistances? = PixelDistances(rowMillimeters: 0.75, columnMillimeters: 0.75)
    /// Image Position (Patient), in millimeters.
    package var position: SIMD3<Double>? = .zero
    /// Image Orientation (Patient).
    package var directions: SliceDirections? = SliceDirections(row: [1, 0, 0], column: [0, 1, 0])

    /// Rescale Slope.
    package var rescaleSlope: Double? = 1
    /// Rescale Intercept.
    package var rescaleIntercept: Double? = 0
    /// Rescale Type.
    package var rescaleType: String? = "HU"
    /// Photometric Interpretation.
    package var photometricInterpretation = "MONOCHROME2"
    /// Samples per Pixel; other than 1 only to test refusals.
    package var samplesPerPixel: UInt16 = 1
    /// Number of Frames; other than 1 only to test refusals.
    package var numberOfFrames: Int32?
    /// Bits Stored; High Bit is one less, Bits Allocated is 16.
    package var bitsStored: UInt16 = 16
    /// Whether pixels are signed.
    package var isSigned = true
    /// Bits of Pixel Padding Value.
    package var paddingValue: Int16?
    /// Bits of Pixel Padding Range Limit.
    package var paddingRangeLimit: Int16?
    /// Whether the padding attributes are written as SS; as the pixels unless told otherwise.
    package var writesPaddingSigned: Bool?

    /// An image of signed Hounsfield units with slope 1 and intercept 0.
    ///
    /// - Precondition: `stored` has rows × columns values.
    package init(
        rows: Int,
        columns: Int,
        stored: [Int16],
        studyUID: String,
        seriesUID: String,
        sopUID: String
    ) {
        precondition(rows > 0 && columns > 0 && stored.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.stored = stored
        self.studyUID = studyUID
        self.seriesUID = seriesUID
        self.sopUID = sopUID
    }
}

extension CTImage {
    struct TextAttribute {
        let tag: DICOMTag
        let representation: String
        let value: String?

        init(_ group: UInt16, _ element: UInt16, _ representation: String, _ value: String?) {
            tag = DICOMTag(group, element)
            self.representation = representation
            self.value = value
        }
    }

    struct WordAttribute {
        let tag: DICOMTag
        let isSigned: Bool
        let value: UInt16?
    }

    /// The attributes of the CT Image's modules which are text; blank ones are those which must be there even
    /// if unknown.
    var textAttributes: [TextAttribute] {
        identityAttributes + [
            TextAttribute(0x0008, 0x0008, "CS", imageType.isEmpty ? nil : imageType.joined(separator: "\\")),
            TextAttribute(0x0008, 0x0060, "CS", modality),
            TextAttribute(0x0008, 0x0070, "LO", manufacturer),
            TextAttribute(0x0018, 0x0050, "DS", thicknessMillimeters.map(decimal)),
            TextAttribute(0x0018, 0x0060, "DS", ""),
            TextAttribute(0x0018, 0x1210, "SH", kernel),
            TextAttribute(0x0018, 0x5100, "CS", "HFS"),
            TextAttribute(0x0020, 0x0011, "IS", "\(seriesNumber)"),
            TextAttribute(0x0020, 0x0012, "IS", ""),
            TextAttribute(0x0020, 0x0013, "IS", instanceNumber.map { "\($0)" }),
            TextAttribute(0x0020, 0x0032, "DS", position.map { decimals([$0.x, $0.y, $0.z]) }),
            TextAttribute(
                0x0020,
                0x0037,
                "DS",
                directions.map {
                    decimals([$0.row.x, $0.row.y, $0.row.z, $0.column.x, $0.column.y, $0.column.z])
                }
            ),
            TextAttribute(0x0020, 0x1040, "LO", ""),
            TextAttribute(0x0028, 0x0004, "CS", photometricInterpretation),
            TextAttribute(0x0028, 0x0008, "IS", numberOfFrames.map { "\($0)" }),
            TextAttribute(
                0x0028,
                0x0030,
                "DS",
                spacing.map { decimals([$0.rowMillimeters, $0.columnMillimeters]) }
            ),
            TextAttribute(0x0028, 0x1052, "DS", rescaleIntercept.map(decimal)),
            TextAttribute(0x0028, 0x1053, "DS", rescaleSlope.map(decimal)),
            TextAttribute(0x0028, 0x1054, "LO", rescaleType),
        ]
    }

    private var identityAttributes: [TextAttribute] {
        [
            TextAttribute(0x0008, 0x0005, "CS", "ISO_IR 192"),
            TextAttribute(0x0008, 0x0016, "UI", sopClassUID),
            TextAttribute(0x0008, 0x0018, "UI", sopUID),
            TextAttribute(0x0008, 0x0020, "DA", studyDate.map { "\($0)" }),
            TextAttribute(0x0008, 0x0030, "TM", "120000"),
            TextAttribute(0x0008, 0x0050, "SH", ""),
            TextAttribute(0x0008, 0x0090, "PN", ""),
            TextAttribute(0x0010, 0x0010, "PN", patientName),
            TextAttribute(0x0010, 0x0020, "LO", patientID),
            TextAttribute(0x0010, 0x0030, "DA", ""),
            TextAttribute(0x0010, 0x0040, "CS", ""),
            TextAttribute(0x0020, 0x000D, "UI", studyUID),
            TextAttribute(0x0020, 0x000E, "UI", seriesUID),
            TextAttribute(0x0020, 0x0010, "SH", ""),
            TextAttribute(0x0020, 0x0052, "UI", frameOfReferenceUID ?? seriesUID),
        ]
    }

    /// The attributes of the pixels which are 16-bit words.
    var wordAttributes: [WordAttribute] {
        let padding = writesPaddingSigned ?? isSigned
        func word(_ tag: DICOMTag, _ value: UInt16?, isSigned: Bool = false) -> WordAttribute {
            WordAttribute(tag: tag, isSigned: isSigned, value: value)
        }
        return [
            word(.samplesPerPixel, samplesPerPixel),
            word(.rows, UInt16(rows)),
            word(.columns, UInt16(columns)),
            word(.bitsAllocated, 16),
            word(.bitsStored, bitsStored),
            word(.highBit, bitsStored - 1),
            word(.pixelRepresentation, isSigned ? 1 : 0),
            word(.pixelPaddingValue, paddingValue.map { UInt16(bitPattern: $0) }, isSigned: padding),
            word(
                .pixelPaddingRangeLimit,
                paddingRangeLimit.map { UInt16(bitPattern: $0) },
                isSigned: padding
            ),
        ]
    }
}

/// A decimal string (DS), which may have 16 characters: as many digits as fit.
private func decimal(_ value: Double) -> String {
    for digits in stride(from: 16, through: 7, by: -1) {
        let text = String(format: "%.\(digits)g", value)
        if text.utf8.count <= 16 { return text }
    }
    return String(format: "%.6g", value)
}

private func decimals(_ values: [Double]) -> String {
    values.map(decimal).joined(separator: "\\")
}

/// What a decoded value means.
package enum PixelScale: UInt8, Sendable {
    /// Hounsfield units.
    case hounsfield = 0
    /// An 8-bit picture in some window, 0 black to 255 white; no Hounsfield units can be had from it.
    case grey8 = 1
}

/// Distance of pixel centers in millimeters: between rows, and between columns. Both are positive.
package struct PixelDistances: Hashable, Sendable {
    /// Between the centers of two rows.
    package let rowMillimeters: Double
    /// Between the centers of two columns.
    package let columnMillimeters: Double

    /// Takes two positive distances.
    package init(rowMillimeters: Double, columnMillimeters: Double) {
        self.rowMillimeters = rowMillimeters
        self.columnMillimeters = columnMillimeters
    }
}

/// The two unit vectors of a slice in the patient's coordinates (toward the left, the back and the head).
package struct SliceDirections: Hashable, Sendable {
    /// Along a row, toward higher column numbers.
    package let row: SIMD3<Double>
    /// Along a column, toward higher row numbers.
    package let column: SIMD3<Double>

    /// Takes two perpendicular unit vectors.
    package init(row: SIMD3<Double>, column: SIMD3<Double>) {
        self.row = row
        self.column = column
    }
}

/// What a header tells about a slice and a patient may not be recognized by.
package struct ImageFacts: Hashable, Sendable {
    /// Convolution kernel; several values are joined by backslashes.
    package var kernel: String?
    /// Slice thickness.
    package var thicknessMillimeters: Double?
    /// Maker of the scanner.
    package var manufacturer: String?
    /// Study date as the number yyyymmdd.
    package var studyDate: Int32?
    /// Center of the first pixel in the patient's coordinates, in millimeters.
    package var position: SIMD3<Double>?
    /// Directions of rows and columns.
    package var directions: SliceDirections?
    /// Instance Number.
    package var instanceNumber: Int32?
    /// Image Type's values, as in ORIGINAL, PRIMARY, AXIAL.
    package var imageType: [String] = []
    /// Whether text is drawn into the pixels, where the header says so.
    package var hasBurnedInText: Bool?

    /// No facts, as of a picture.
    package init() {}
}

/// Identifiers of a patient and of one object.
///
/// These must never be logged, put into an event, a metric or an error, nor leave ingest: pseudonyms are made
/// of them there. Bytes which are no UTF-8 are read as Latin-1, so that different identifiers stay different.
package struct ObjectIdentity: Hashable, Sendable {
    /// Patient ID as the hospital gave it.
    package var patientID: String?
    /// Study Instance UID.
    package var studyUID: String?
    /// Series Instance UID.
    package var seriesUID: String?
    /// SOP Instance UID.
    package var sopUID: String?

    /// Takes the identifiers as the object has them, without padding.
    package init(patientID: String?, studyUID: String?, seriesUID: String?, sopUID: String?) {
        self.patientID = patientID
        self.studyUID = studyUID
        self.seriesUID = seriesUID
        self.sopUID = sopUID
    }
}

extension ObjectIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    // Whoever prints an identity by mistake prints this.
    /// Tells nothing of the identity.
    package var description: String { "<identity>" }
    /// Tells nothing of the identity.
    package var debugDescription: String { "<identity>" }
    /// Shows nothing of the identity.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// One slice or picture, decoded.
package struct DecodedObject: Hashable, Sendable {
    /// Pixels from top to bottom.
    package var rows: Int
    /// Pixels from left to right.
    package var columns: Int
    /// What a value means.
    package var scale: PixelScale
    /// (rows, columns), row-major. Hounsfield units are rounded and limited only by Int16; padding is -1024.
    package var values: [Int16]
    /// Nil for pictures, and where the header tells nothing usable.
    package var spacing: PixelDistances?
    /// What else the header tells.
    package var facts: ImageFacts
    /// Nil for pictures.
    package var identity: ObjectIdentity?
    /// The UID of the DICOM transfer syntax; "jpeg" or "png" for pictures.
    package var transferSyntax: String
    /// Whether the pixels went through a lossy compression, now or earlier, as far as the header tells.
    package var isLossy: Bool
    /// How many pixels were padding.
    package var paddingCount: Int
    /// What was assumed.
    package var warnings: [DecodingWarning]

    /// Takes what a decoder found.
    package init(
        rows: Int,
        columns: Int,
        scale: PixelScale,
        values: [Int16],
        spacing: PixelDistances?,
        facts: ImageFacts,
        identity: ObjectIdentity?,
        transferSyntax: String,
        isLossy: Bool,
        paddingCount: Int,
        warnings: [DecodingWarning]
    ) {
        self.rows = rows
        self.columns = columns
        self.scale = scale
        self.values = values
        self.spacing = spacing
        self.facts = facts
        self.identity = identity
        self.transferSyntax = transferSyntax
        self.isLossy = isLossy
        self.paddingCount = paddingCount
        self.warnings = warnings
    }
}

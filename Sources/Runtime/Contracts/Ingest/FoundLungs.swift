package import Wire

/// The lungs of one slice as ingest found them: mask, verdict and crop in the canonical frame.
package struct FoundLungs: WireStructure, Equatable {
    /// Fixed fields, absent optionals and empty lists.
    package static let byteCountMinimum = 4 + 4 + 1 + 4 + 8 + 1 + 4 + 4 + 1

    /// Rows of the mask's grid.
    package var rows: UInt32
    /// Columns of the mask's grid.
    package var columns: UInt32
    /// Side of a pixel of the mask; absent where the slice's spacing is unknown.
    package var millimetersPerPixel: Double?
    /// Runs of (rows x columns) labels, row-major, as `MaskRuns` writes them.
    package var labels: [UInt8]
    /// Area of both lungs.
    package var areaSquareCentimeters: Double
    /// Whether there is enough lung to use the slice.
    package var containsLung: Bool
    /// The verdict in words.
    package var reason: String
    /// What is unusual about the mask: `oneLung`, `cutOff`.
    package var flags: [String]
    /// The crop, as the document says; absent where the mask is empty.
    package var crop: [UInt8]?

    /// Takes each field as it is.
    package init(
        rows: UInt32,
        columns: UInt32,
        millimetersPerPixel: Double?,
        labels: [UInt8],
        areaSquareCentimeters: Double,
        containsLung: Bool,
        reason: String,
        flags: [String],
        crop: [UInt8]?
    ) {
        self.rows = rows
        self.columns = columns
        self.millimetersPerPixel = millimetersPerPixel
        self.labels = labels
        self.areaSquareCentimeters = areaSquareCentimeters
        self.containsLung = containsLung
        self.reason = reason
        self.flags = flags
        self.crop = crop
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        rows = try reader.read("rows")
        columns = try reader.read("columns")
        millimetersPerPixel = try reader.read("millimetersPerPixel")
        labels = try reader.read("labels")
        areaSquareCentimeters = try reader.read("areaSquareCentimeters")
        containsLung = try reader.read("containsLung")
        reason = try reader.read("reason")
        flags = try reader.read("flags")
        crop = try reader.read("crop")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(rows)
        writer.write(columns)
        writer.write(millimetersPerPixel)
        writer.write(labels)
        writer.write(areaSquareCentimeters)
        writer.write(containsLung)
        writer.write(reason)
        writer.write(flags)
        writer.write(crop)
    }
}

/// The lungs of stored slices: found once, when a slice came in, and again where that is too long ago.
package struct FetchLungs: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x1A)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// At most 64.
    package var sliceIDs: [Identifier]

    /// Takes each field as it is.
    package init(sliceIDs: [Identifier]) {
        self.sliceIDs = sliceIDs
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceIDs = try reader.read("sliceIDs")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceIDs)
    }

    /// What `FetchLungs` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// In the order of the request; absent where there is no such slice.
        package var lungs: [FoundLungs?]

        /// Takes each field as it is.
        package init(lungs: [FoundLungs?]) {
            self.lungs = lungs
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            lungs = try reader.read("lungs")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            let byteCounts = lungs.map { ($0?.labels.count ?? 0) + ($0?.crop?.count ?? 0) + 128 }
            writer.reserve(byteCounts.reduce(0, +))
            writer.write(lungs)
        }
    }
}

/// The lungs of a query image, which is not kept. Refused with badArgument where it is no usable slice.
package struct FindLungs: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x1B)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The object as it is.
    package var bytes: [UInt8]

    /// Takes each field as it is.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        bytes = try reader.read("bytes")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(bytes)
    }

    /// What `FindLungs` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// What was found.
        package var lungs: FoundLungs
        /// What the slice is or would be called.
        package var sliceID: Identifier
        /// What its series is or would be called.
        package var seriesID: Identifier
        /// The patient's pseudonym.
        package var patientID: Identifier
        /// What its study is or would be called.
        package var studyID: Identifier
        /// Whether this slice is stored.
        package var isStored: Bool

        /// Takes each field as it is.
        package init(
            lungs: FoundLungs,
            sliceID: Identifier,
            seriesID: Identifier,
            patientID: Identifier,
            studyID: Identifier,
            isStored: Bool
        ) {
            self.lungs = lungs
            self.sliceID = sliceID
            self.seriesID = seriesID
            self.patientID = patientID
            self.studyID = studyID
            self.isStored = isStored
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            lungs = try reader.read("lungs")
            sliceID = try reader.read("sliceID")
            seriesID = try reader.read("seriesID")
            patientID = try reader.read("patientID")
            studyID = try reader.read("studyID")
            isStored = try reader.read("isStored")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(lungs)
            writer.write(sliceID)
            writer.write(seriesID)
            writer.write(patientID)
            writer.write(studyID)
            writer.write(isStored)
        }
    }
}

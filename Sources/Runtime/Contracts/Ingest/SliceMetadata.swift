package import Tomography
package import Wire

/// What is known of a stored slice, without its pixels.
package struct SliceMetadata: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 16 + 16 + 16 + 1 + 4 + 4 + 1 + 1 + 1 + 1 + 8 + 8

    /// Names the slice.
    package var sliceID: Identifier
    /// Names its series.
    package var seriesID: Identifier
    /// Names its study.
    package var studyID: Identifier
    /// The patient's pseudonym.
    package var patientID: Identifier
    /// What its values mean.
    package var scale: IntensityScale
    /// Number of rows.
    package var rows: UInt32
    /// Number of columns.
    package var columns: UInt32
    /// Position along the body's axis, growing toward the head.
    package var offsetMillimeters: Double?
    /// Slice thickness.
    package var thicknessMillimeters: Double?
    /// Convolution kernel, as the scanner wrote it.
    package var kernel: String?
    /// The number yyyymmdd.
    package var studyDate: Int32?
    /// Area of both lungs on the slice.
    package var lungAreaSquareCentimeters: Double
    /// Position in ingest's log of the event that told of it.
    package var storedSeq: UInt64

    /// Takes each field as it is.
    package init(
        sliceID: Identifier,
        seriesID: Identifier,
        studyID: Identifier,
        patientID: Identifier,
        scale: IntensityScale,
        rows: UInt32,
        columns: UInt32,
        offsetMillimeters: Double?,
        thicknessMillimeters: Double?,
        kernel: String?,
        studyDate: Int32?,
        lungAreaSquareCentimeters: Double,
        storedSeq: UInt64
    ) {
        self.sliceID = sliceID
        self.seriesID = seriesID
        self.studyID = studyID
        self.patientID = patientID
        self.scale = scale
        self.rows = rows
        self.columns = columns
        self.offsetMillimeters = offsetMillimeters
        self.thicknessMillimeters = thicknessMillimeters
        self.kernel = kernel
        self.studyDate = studyDate
        self.lungAreaSquareCentimeters = lungAreaSquareCentimeters
        self.storedSeq = storedSeq
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        seriesID = try reader.read("seriesID")
        studyID = try reader.read("studyID")
        patientID = try reader.read("patientID")
        scale = try reader.read("scale")
        rows = try reader.read("rows")
        columns = try reader.read("columns")
        offsetMillimeters = try reader.read("offsetMillimeters")
        thicknessMillimeters = try reader.read("thicknessMillimeters")
        kernel = try reader.read("kernel")
        studyDate = try reader.read("studyDate")
        lungAreaSquareCentimeters = try reader.read("lungAreaSquareCentimeters")
        storedSeq = try reader.read("storedSeq")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(seriesID)
        writer.write(studyID)
        writer.write(patientID)
        writer.write(scale)
        writer.write(rows)
        writer.write(columns)
        writer.write(offsetMillimeters)
        writer.write(thicknessMillimeters)
        writer.write(kernel)
        writer.write(studyDate)
        writer.write(lungAreaSquareCentimeters)
        writer.write(storedSeq)
    }
}

/// What is known of these slices?
package struct FetchMetadata: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x12)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// At most 1,000.
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

    /// What `FetchMetadata` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// In the order of the request; absent where there is no such slice.
        package var slices: [SliceMetadata?]

        /// Takes each field as it is.
        package init(slices: [SliceMetadata?]) {
            self.slices = slices
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            slices = try reader.read("slices")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(slices)
        }
    }
}

/// All slices, page by page, ordered by id.
package struct ListSlices: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x19)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Last slice of the page before; none: from the start.
    package var after: Identifier?
    /// Most slices in the reply, 1 to 1,000.
    package var limit: UInt32

    /// Takes each field as it is.
    package init(after: Identifier?, limit: UInt32) {
        self.after = after
        self.limit = limit
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        after = try reader.read("after")
        limit = try reader.read("limit")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(after)
        writer.write(limit)
    }

    /// What `ListSlices` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Ordered by id.
        package var slices: [SliceMetadata]

        /// Takes each field as it is.
        package init(slices: [SliceMetadata]) {
            self.slices = slices
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            slices = try reader.read("slices")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(slices)
        }
    }
}

/// The slices of a series.
package struct FetchSeries: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x13)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the series.
    package var seriesID: Identifier

    /// Takes each field as it is.
    package init(seriesID: Identifier) {
        self.seriesID = seriesID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        seriesID = try reader.read("seriesID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(seriesID)
    }

    /// What `FetchSeries` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Names the series.
        package var seriesID: Identifier
        /// The patient's pseudonym.
        package var patientID: Identifier
        /// From head to feet.
        package var sliceIDs: [Identifier]

        /// Takes each field as it is.
        package init(seriesID: Identifier, patientID: Identifier, sliceIDs: [Identifier]) {
            self.seriesID = seriesID
            self.patientID = patientID
            self.sliceIDs = sliceIDs
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            seriesID = try reader.read("seriesID")
            patientID = try reader.read("patientID")
            sliceIDs = try reader.read("sliceIDs")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(seriesID)
            writer.write(patientID)
            writer.write(sliceIDs)
        }
    }
}

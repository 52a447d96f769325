package import Wire

/// A slice is new.
package struct SliceStored: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x81)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// What is known of it.
    package var slice: SliceMetadata

    /// Takes each field as it is.
    package init(slice: SliceMetadata) {
        self.slice = slice
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        slice = try reader.read("slice")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(slice)
    }
}

/// A slice is gone.
package struct SliceRemoved: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x82)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the slice.
    package var sliceID: Identifier
    /// Names its series.
    package var seriesID: Identifier

    /// Takes each field as it is.
    package init(sliceID: Identifier, seriesID: Identifier) {
        self.sliceID = sliceID
        self.seriesID = seriesID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        seriesID = try reader.read("seriesID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(seriesID)
    }
}

/// No slice of this series came for a while.
package struct SeriesCompleted: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x83)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the series.
    package var seriesID: Identifier
    /// The patient's pseudonym.
    package var patientID: Identifier
    /// Slices in it.
    package var count: UInt32
    /// From 1; a series that grows again is told of again.
    package var revision: UInt32

    /// Takes each field as it is.
    package init(seriesID: Identifier, patientID: Identifier, count: UInt32, revision: UInt32) {
        self.seriesID = seriesID
        self.patientID = patientID
        self.count = count
        self.revision = revision
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        seriesID = try reader.read("seriesID")
        patientID = try reader.read("patientID")
        count = try reader.read("count")
        revision = try reader.read("revision")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(seriesID)
        writer.write(patientID)
        writer.write(count)
        writer.write(revision)
    }
}

package import Wire

/// What became of a stored object.
package enum StoreOutcome: UInt8, WireValue {
    /// It is new and kept.
    case stored = 0
    /// It was here already; nothing changed.
    case duplicate = 1
    /// It is not usable; the reason is in the quarantine.
    case refused = 2
}

/// Keep this DICOM, JPEG or PNG object.
package struct StoreObject: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x10)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// The object as it is, at most 16 MiB less 4 KiB.
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

    /// What `StoreObject` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// What became of it.
        package var outcome: StoreOutcome
        /// The slice, where it is stored or a duplicate.
        package var sliceID: Identifier?
        /// Its series.
        package var seriesID: Identifier?
        /// Why it was refused, one word; else empty.
        package var reason: String
        /// Why it was refused, a sentence without patient data; else empty.
        package var detail: String

        /// Takes each field as it is.
        package init(
            outcome: StoreOutcome,
            sliceID: Identifier?,
            seriesID: Identifier?,
            reason: String,
            detail: String
        ) {
            self.outcome = outcome
            self.sliceID = sliceID
            self.seriesID = seriesID
            self.reason = reason
            self.detail = detail
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            outcome = try reader.read("outcome")
            sliceID = try reader.read("sliceID")
            seriesID = try reader.read("seriesID")
            reason = try reader.read("reason")
            detail = try reader.read("detail")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(outcome)
            writer.write(sliceID)
            writer.write(seriesID)
            writer.write(reason)
            writer.write(detail)
        }
    }
}

/// Take in all files below a folder on ingest's machine.
package struct ImportFolder: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x15)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Below the folder that ingest is allowed to import from.
    package var path: String

    /// Takes each field as it is.
    package init(path: String) {
        self.path = path
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        path = try reader.read("path")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(path)
    }

    /// What `ImportFolder` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The job that does it.
        package var jobID: Identifier

        /// Takes each field as it is.
        package init(jobID: Identifier) {
            self.jobID = jobID
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            jobID = try reader.read("jobID")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(jobID)
        }
    }
}

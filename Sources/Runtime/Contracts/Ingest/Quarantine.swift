package import Wire

/// An object that was refused.
package struct QuarantineEntry: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 8 + 32 + 4 + 4 + 8

    /// Ascends; a page continues after it.
    package var number: UInt64
    /// SHA-256 of the object's bytes.
    package var digest: Fingerprint
    /// Why, one word: `localizer`, `noLung`, `damaged` and so on.
    package var reason: String
    /// Why, in a sentence without patient data.
    package var detail: String
    /// When it was refused, milliseconds since 1970.
    package var timeMilliseconds: UInt64

    /// Takes each field as it is.
    package init(
        number: UInt64,
        digest: Fingerprint,
        reason: String,
        detail: String,
        timeMilliseconds: UInt64
    ) {
        self.number = number
        self.digest = digest
        self.reason = reason
        self.detail = detail
        self.timeMilliseconds = timeMilliseconds
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        number = try reader.read("number")
        digest = try reader.read("digest")
        reason = try reader.read("reason")
        detail = try reader.read("detail")
        timeMilliseconds = try reader.read("timeMilliseconds")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(number)
        writer.write(digest)
        writer.write(reason)
        writer.write(detail)
        writer.write(timeMilliseconds)
    }
}

/// How many objects were refused for one reason.
package struct ReasonCount: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 8

    /// The reason.
    package var reason: String
    /// How many.
    package var count: UInt64

    /// Takes each field as it is.
    package init(reason: String, count: UInt64) {
        self.reason = reason
        self.count = count
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        reason = try reader.read("reason")
        count = try reader.read("count")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(reason)
        writer.write(count)
    }
}

/// What was refused?
package struct ListQuarantine: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x16)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Number after which to go on; 0: from the start.
    package var after: UInt64
    /// Most entries in the reply, 1 to 1,000.
    package var limit: UInt32

    /// Takes each field as it is.
    package init(after: UInt64, limit: UInt32) {
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

    /// What `ListQuarantine` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// In ascending order of number.
        package var entries: [QuarantineEntry]
        /// Of the whole quarantine.
        package var counts: [ReasonCount]

        /// Takes each field as it is.
        package init(entries: [QuarantineEntry], counts: [ReasonCount]) {
            self.entries = entries
            self.counts = counts
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            entries = try reader.read("entries")
            counts = try reader.read("counts")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(entries)
            writer.write(counts)
        }
    }
}

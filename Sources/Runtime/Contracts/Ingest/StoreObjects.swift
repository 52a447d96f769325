package import Wire

/// What became of one of several objects.
package struct StoredObject: WireStructure, Equatable {
    /// Fixed fields, absent optionals and empty texts.
    package static let byteCountMinimum = 1 + 1 + 1 + 4 + 4

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

    /// Takes what a single object is answered with.
    package init(_ reply: StoreObject.Reply) {
        outcome = reply.outcome
        sliceID = reply.sliceID
        seriesID = reply.seriesID
        reason = reply.reason
        detail = reply.detail
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

/// Keep these DICOM, JPEG or PNG objects: all of them are on disk when the answer comes, or none.
package struct StoreObjects: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.ingest, 0x1C)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// At most 64 objects as they are, together at most 16 MiB less 4 KiB.
    package var objects: [[UInt8]]

    /// Takes each field as it is.
    package init(objects: [[UInt8]]) {
        self.objects = objects
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        objects = try reader.read("objects")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.reserve(objects.reduce(4) { $0 + 4 + $1.count })
        writer.write(objects)
    }

    /// What `StoreObjects` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// In the order of the request.
        package var results: [StoredObject]

        /// Takes each field as it is.
        package init(results: [StoredObject]) {
            self.results = results
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            results = try reader.read("results")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(results)
        }
    }
}

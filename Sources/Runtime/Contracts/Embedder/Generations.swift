package import Wire

/// How far the archive is embedded with one model.
package struct GenerationSummary: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 32 + 8 + 8 + 1

    /// The model.
    package var fingerprint: Fingerprint
    /// Slices embedded with it.
    package var count: UInt64
    /// Slices to embed.
    package var total: UInt64
    /// Whether every slice was embedded once; it may then serve.
    package var isComplete: Bool

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint, count: UInt64, total: UInt64, isComplete: Bool) {
        self.fingerprint = fingerprint
        self.count = count
        self.total = total
        self.isComplete = isComplete
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
        count = try reader.read("count")
        total = try reader.read("total")
        isComplete = try reader.read("isComplete")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
        writer.write(count)
        writer.write(total)
        writer.write(isComplete)
    }
}

/// Which generations are there?
package struct FetchGenerations: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x12)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `FetchGenerations` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The one that queries use; none before the first is complete.
        package var serving: Fingerprint?
        /// The one that the archive is embedded with at the moment.
        package var building: Fingerprint?
        /// The oldest first.
        package var generations: [GenerationSummary]

        /// Takes each field as it is.
        package init(serving: Fingerprint?, building: Fingerprint?, generations: [GenerationSummary]) {
            self.serving = serving
            self.building = building
            self.generations = generations
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            serving = try reader.read("serving")
            building = try reader.read("building")
            generations = try reader.read("generations")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(serving)
            writer.write(building)
            writer.write(generations)
        }
    }
}

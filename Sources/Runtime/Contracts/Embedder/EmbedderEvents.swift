package import Wire

/// A slice has a vector.
package struct EmbeddingCreated: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x81)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The vector and what it belongs to.
    package var embedding: Embedding

    /// Takes each field as it is.
    package init(embedding: Embedding) {
        self.embedding = embedding
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        embedding = try reader.read("embedding")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(embedding)
    }
}

/// A slice has no vector anymore.
package struct EmbeddingRemoved: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x82)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the slice.
    package var sliceID: Identifier
    /// The generation.
    package var fingerprint: Fingerprint

    /// Takes each field as it is.
    package init(sliceID: Identifier, fingerprint: Fingerprint) {
        self.sliceID = sliceID
        self.fingerprint = fingerprint
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        sliceID = try reader.read("sliceID")
        fingerprint = try reader.read("fingerprint")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(sliceID)
        writer.write(fingerprint)
    }
}

/// Every slice is embedded with this model: it may serve.
package struct ModelReady: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x83)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The model.
    package var fingerprint: Fingerprint
    /// The vector's parts.
    package var parts: [EmbeddingPartRecord]
    /// Slices embedded with it.
    package var count: UInt64

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint, parts: [EmbeddingPartRecord], count: UInt64) {
        self.fingerprint = fingerprint
        self.parts = parts
        self.count = count
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
        parts = try reader.read("parts")
        count = try reader.read("count")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
        writer.write(parts)
        writer.write(count)
    }
}

/// The archive is being embedded with this model.
package struct GenerationStarted: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x84)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The model.
    package var fingerprint: Fingerprint
    /// The vector's parts.
    package var parts: [EmbeddingPartRecord]

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint, parts: [EmbeddingPartRecord]) {
        self.fingerprint = fingerprint
        self.parts = parts
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
        parts = try reader.read("parts")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
        writer.write(parts)
    }
}

/// Vectors of this model are no longer kept.
package struct GenerationRetired: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x85)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The model.
    package var fingerprint: Fingerprint

    /// Takes each field as it is.
    package init(fingerprint: Fingerprint) {
        self.fingerprint = fingerprint
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        fingerprint = try reader.read("fingerprint")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(fingerprint)
    }
}

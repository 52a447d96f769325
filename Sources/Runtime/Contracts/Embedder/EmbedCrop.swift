package import Wire

/// The vector of a query image of which the lungs' crop is known. The tag fingerprint names the generation wanted; none:
/// the serving one.
package struct EmbedCrop: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.embedder, 0x14)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The crop, as ingest's `FoundLungs` carries it.
    package var crop: [UInt8]

    /// Takes each field as it is.
    package init(crop: [UInt8]) {
        self.crop = crop
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        crop = try reader.read("crop")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(crop)
    }

    /// What `EmbedCrop` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The model that made it.
        package var fingerprint: Fingerprint
        /// All parts, one after the other, each of unit length.
        package var vector: [Float]
        /// What the numbers belong to.
        package var parts: [EmbeddingPartRecord]

        /// Takes each field as it is.
        package init(fingerprint: Fingerprint, vector: [Float], parts: [EmbeddingPartRecord]) {
            self.fingerprint = fingerprint
            self.vector = vector
            self.parts = parts
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            fingerprint = try reader.read("fingerprint")
            vector = try reader.read("vector")
            parts = try reader.read("parts")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(fingerprint)
            writer.write(vector)
            writer.write(parts)
        }
    }
}

import Contracts
import Lungs
import ServiceKit
import Tomography
import WSSENet
import Wire

/// From the lungs in their canonical frame to a vector. Ingest and this service find them with the same code, in stored
/// slices and in queries, so that both give the same numbers to the last bit.
enum SliceEmbedding {
    enum Result: Sendable {
        case embedded(vector: [Float], lungAreaSquareCentimeters: Double)
        case refused(reason: String)
    }

    static func embed(_ slice: CTSlice, with embedder: SliceEmbedder) throws -> Result {
        try Self.embed(FoundLungs(in: slice), with: embedder)
    }

    /// - Throws: `PermanentFailure` for a crop that is none.
    static func embed(_ found: FoundLungs, with embedder: SliceEmbedder) throws -> Result {
        guard let crop = try Self.crop(of: found) else { return .refused(reason: found.reason) }
        return .embedded(
            vector: embedder.embed(crop),
            lungAreaSquareCentimeters: found.areaSquareCentimeters
        )
    }

    /// The crop that ingest found; nil without enough lung.
    ///
    /// - Throws: `PermanentFailure` for a crop that is none.
    static func crop(of found: FoundLungs) throws -> LungCrop? {
        guard found.containsLung, let bytes = found.crop else { return nil }
        guard let crop = LungCrop(bytes: bytes) else {
            throw PermanentFailure("ingest's crop cannot be read")
        }
        return crop
    }
}

extension EmbeddingModel {
    /// The parts as messages carry them.
    var partRecords: [EmbeddingPartRecord] {
        self.parts.map { EmbeddingPartRecord(name: $0.name, count: UInt32($0.count), weight: $0.weight) }
    }
}

extension SliceMetadata {
    /// What a search can filter by; names as in `Protocols/Gateway.md`.
    var searchAttributes: [Attribute] {
        var attributes = [
            Attribute(key: "scale", value: self.scale == .hounsfield ? "hounsfield" : "grey8")
        ]
        if let kernel = self.kernel { attributes.append(.init(key: "kernel", value: kernel)) }
        if let date = self.studyDate { attributes.append(.init(key: "date", value: "\(date)")) }
        if let thickness = self.thicknessMillimeters {
            attributes.append(.init(key: "thickness", value: "\(thickness)"))
        }
        if let offset = self.offsetMillimeters { attributes.append(.init(key: "offset", value: "\(offset)")) }
        return attributes
    }
}

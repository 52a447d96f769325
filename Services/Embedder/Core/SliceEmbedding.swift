import Contracts
import Lungs
import Tomography
import WSSENet
import Wire

/// From pixels to a vector: segment, crop into the canonical frame, embed. The same for stored slices and queries, so
/// that both give the same numbers to the last bit.
enum SliceEmbedding {
    enum Result: Sendable {
        case embedded(vector: [Float], lungAreaSquareCentimeters: Double)
        case refused(reason: String)
    }

    static func embed(_ slice: CTSlice, with embedder: SliceEmbedder) -> Result {
        let segmentation = LungSegmenter().segment(slice)
        guard segmentation.containsLung, let crop = lungCrop(of: slice, segmentation: segmentation) else {
            return .refused(reason: segmentation.reason)
        }
        return .embedded(
            vector: embedder.embed(crop),
            lungAreaSquareCentimeters: segmentation.areaSquareCentimeters
        )
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

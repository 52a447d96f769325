import Evaluation
import Lungs
import Synchronization
import WSSENet

/// What a model's parts are worth alone and together, as ways to describe slices.
struct NetworkParts {
    private let vectors: Memo
    private let fitted: Set<String>

    /// The last crops with their embeddings: one embedding serves all parts.
    private final class Memo: Sendable {
        let embedder: SliceEmbedder
        let last = Mutex<(crops: [LungCrop], vectors: [[Float]])?>(nil)

        init(_ embedder: SliceEmbedder) { self.embedder = embedder }

        func embedded(_ crops: [LungCrop]) -> [[Float]] {
            if let known = last.withLock({ $0 }), known.crops == crops { return known.vectors }
            let vectors = embedder.embed(crops)
            last.withLock { $0 = (crops, vectors) }
            return vectors
        }
    }

    private static let (outlines, details) = (0..<64, 64..<160)
    private static let (histograms, densities) = (160..<256, 256..<320)

    /// - Parameter model: with histograms.
    init(_ model: EmbeddingModel, fitted: Set<String>, threads: Int) throws {
        precondition(model.dimension == Self.densities.upperBound, "a model of other parts")
        vectors = Memo(try SliceEmbedder(model, threadCount: threads))
        self.fitted = fitted
    }

    private func part(_ name: String, _ range: Range<Int>) -> Descriptor {
        let vectors = vectors
        return Descriptor(name, fittedPatients: fitted) { crops in
            vectors.embedded(crops).map { Array($0[range]) }
        }
    }

    /// Each part alone, the network alone, and what ships.
    func descriptors(_ weights: WSSENetRecipe.PartWeights) -> [Descriptor] {
        let outline = part("outline", Self.outlines)
        let detail = part("detail", Self.details)
        let histogram = part("histogram", Self.histograms)
        let density = part("density", Self.densities)
        let alone = weights.outline + weights.detail
        return [
            outline, detail, density,
            .joined(
                "network alone",
                [(outline, Double(weights.outline / alone)), (detail, Double(weights.detail / alone))]
            ),
            .joined(
                "without density",
                [
                    (outline, Double(weights.outline)), (detail, Double(weights.detail)),
                    (histogram, Double(weights.histogram)),
                ]
            ),
            .joined(
                "WSSENet",
                [
                    (outline, Double(weights.outline)), (detail, Double(weights.detail)),
                    (histogram, Double(weights.histogram)), (density, Double(weights.density)),
                ]
            ),
        ]
    }
}

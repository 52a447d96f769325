package import Evaluation
import Lungs
import Synchronization
package import WSSENet

/// A model as a way to describe slices: as it ships, the network alone, and each part.
package struct NetworkParts: Sendable {
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

    /// The whole embedding, as tables show it.
    package static let whole = "WSSENet"
    /// Outline and detail without histograms and density, as tables show it.
    package static let alone = "network alone"

    /// - Parameter fitted: the patients whose slices the model learned from: it must not be judged by their queries.
    /// - Throws: `TensorError` if the processor cannot compute the network.
    package init(_ model: EmbeddingModel, fitted: Set<String>, threadCount: Int) throws {
        self.vectors = Memo(try SliceEmbedder(model, threadCount: threadCount))
        self.fitted = fitted
    }

    private var model: EmbeddingModel { self.vectors.embedder.model }

    private func part(_ name: String, _ range: Range<Int>) -> Descriptor {
        let vectors = self.vectors
        return Descriptor(name, fittedPatients: self.fitted) { crops in
            vectors.embedded(crops).map { Array($0[range]) }
        }
    }

    /// What ships and the network alone.
    package var descriptors: [Descriptor] { self.all.filter { [Self.whole, Self.alone].contains($0.name) } }

    /// Each part, what they are together, and the whole.
    package var all: [Descriptor] {
        let weights = self.model.card.recipe.weights
        let parts = self.model.parts
        let histograms = self.model.histogram == nil ? 0 : EmbeddingModel.histogramCount
        let (first, second) = (parts[0].count, parts[0].count + parts[1].count)
        let outline = self.part("outline", 0..<first)
        let detail = self.part("detail", first..<second - histograms)
        let density = self.part("density", second..<self.model.dimension)
        var joined = [(outline, Double(weights.outline)), (detail, Double(weights.detail))]
        let alone = Descriptor.joined(Self.alone, joined)
        var rows = [outline, detail, density, alone]
        if histograms > 0 {
            joined.append((self.part("histograms", second - histograms..<second), Double(weights.histogram)))
            rows.append(.joined("without density", joined))
        }
        return rows + [.joined(Self.whole, joined + [(density, Double(weights.density))])]
    }
}

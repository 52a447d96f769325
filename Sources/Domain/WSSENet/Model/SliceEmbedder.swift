import Learning
import LinearAlgebra
package import Lungs
import Orientation
import Synchronization
import Tensors

/// Computes embeddings of slices with one model.
///
/// A slice's bits depend neither on the slices beside it nor on the thread, by construction: kernels are compiled for one
/// slice at a time, and each thread has its own. oneDNN chooses its kernels by the size of a batch and by the processor,
/// so another kind of processor may differ in the last bits.
package final class SliceEmbedder: Sendable {
    /// The model.
    package let model: EmbeddingModel
    private let streams: [Stream]
    private let next = Atomic<Int>(0)
    private let maps = Mutex<DetailMaps?>(nil)

    /// One thread's kernels; callers take turns.
    private final class Stream: Sendable {
        let network: Mutex<CompiledNetwork>

        init(_ network: CompiledNetwork) { self.network = Mutex(network) }
    }

    /// - Parameter threadCount: slices that are computed beside one another.
    /// - Throws: `TensorError` if the processor cannot compute the network.
    package init(_ model: EmbeddingModel, threadCount: Int) throws {
        let network = try EmbeddingNetwork.network()
        let storage = ParameterStorage(for: network)
        storage.load(model.parameters)
        self.model = model
        streams = try (0..<max(1, threadCount)).map { _ in
            Stream(
                try CompiledNetwork(
                    network,
                    CompilationOptions(batch: 1, purpose: .inference, precision: .float32),
                    storage: storage,
                    engine: ComputeEngine(threadCount: 1)
                )
            )
        }
    }

    /// The embedding of one slice: the parts of the model behind one another, each of unit length (a part that has nothing
    /// to describe, as of a flat image, may be zero).
    package func embed(_ crop: LungCrop) -> [Float] {
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return embed(crop, on: streams[Int(UInt(bitPattern: turn) % UInt(streams.count))])
    }

    /// The embeddings of some slices, in their order, each with the bits that it has alone.
    package func embed(_ crops: [LungCrop]) -> [[Float]] {
        let shares = min(crops.count, streams.count)
        let ranges = (0..<shares).map { crops.count * $0 / shares..<crops.count * ($0 + 1) / shares }
        let found = Mutex([[[Float]]](repeating: [], count: shares))
        inParallel(shares, threadCount: shares) { place in
            let part = crops[ranges[place]].map { embed($0, on: streams[place]) }
            found.withLock { $0[place] = part }
        }
        return found.withLock { $0 }.flatMap { $0 }
    }

    /// What `agreement(of:and:)` computes with: few ask for it, so it is made when one does.
    func detailMaps() throws -> DetailMaps {
        try maps.withLock { maps in
            if let made = maps { return made }
            let made = try DetailMaps(model)
            maps = made
            return made
        }
    }

    private func embed(_ crop: LungCrop, on stream: Stream) -> [Float] {
        let view = EncoderInputs.view(crop)
        let (outline, detail, density) = stream.network.withLock { network in
            EncoderInputs.write(view, usual: model.usualDensity, into: network)
            network.forward()
            return (
                network.output(EmbeddingNetwork.outline).copied(),
                network.output(EmbeddingNetwork.detail).copied(),
                network.output(EmbeddingNetwork.density).copied()
            )
        }
        return outline + joined(detail, crop) + density
    }

    /// The network's detail with the histograms of gradients, of unit length together.
    private func joined(_ detail: [Float], _ crop: LungCrop) -> [Float] {
        guard let components = model.histogram else { return detail }
        var histogram = components.project(hogVector(of: crop))
        let length = histogram.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let shares = model.detailShares
        // As good as zero it has no direction.
        let factor = length > 1e-8 ? shares.histogram / length : 0
        for index in histogram.indices { histogram[index] *= factor }
        return detail.map { $0 * shares.own } + histogram
    }
}

extension EncoderInputs {
    /// Writes all inputs of the one network for one view.
    static func write(_ view: [Float], usual: [Float], into network: CompiledNetwork) {
        var features = [Float](repeating: 0, count: featureCount)
        var span = features.mutableSpan
        writeFeatures(view.span, into: &span)
        network.input(OutlineEncoder.masks).write { writeMasks(view.span, into: &$0) }
        network.input(DetailEncoder.image).write { writeImage(view.span, into: &$0) }
        network.input(DetailEncoder.maps).write { writeMaps(features.span, into: &$0) }
        network.input(DetailEncoder.skip).write { writeSkip(features.span, into: &$0) }
        network.input(DensityEncoder.cells).write {
            DensityEncoder.writeCells(view.span, usual: usual, into: &$0)
        }
    }
}

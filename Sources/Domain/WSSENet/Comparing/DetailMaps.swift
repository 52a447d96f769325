import Learning
package import Lungs
import Synchronization
import Tensors

/// What the detail encoder's third block makes of a slice: (64, 16, 16), the last maps in which a place is still one.
final class DetailMaps: Sendable {
    private static let layer = DetailEncoder.output + "." + EncoderBlock.names[2] + ".relu"
    private let network: Mutex<CompiledNetwork>
    private let usual: [Float]

    /// - Throws: `TensorError` if the processor cannot compute the network.
    init(_ model: EmbeddingModel) throws {
        var network = try EmbeddingNetwork.network()
        network.outputs = [Self.layer]
        let storage = ParameterStorage(for: network)
        storage.load(model.parameters)
        usual = model.usualDensity
        self.network = Mutex(
            try CompiledNetwork(
                network,
                CompilationOptions(batch: 1, purpose: .inference, precision: .float32),
                storage: storage,
                engine: ComputeEngine(threadCount: 1)
            )
        )
    }

    /// The maps of one slice; callers take turns.
    func maps(of crop: LungCrop) -> [Float] {
        let view = EncoderInputs.view(crop)
        return network.withLock { network in
            EncoderInputs.write(view, usual: usual, into: network)
            network.forward()
            return network.output(Self.layer).copied()
        }
    }
}

extension SliceEmbedder {
    /// Where the insides of two slices agree, as the model sees them.
    ///
    /// - Throws: `TensorError` if the processor cannot compute the network; it is compiled by the first call.
    package func agreement(of first: LungCrop, and second: LungCrop) throws -> DetailAgreement {
        let maps = try detailMaps()
        return DetailAgreement(
            first: maps.maps(of: first),
            second: maps.maps(of: second),
            lungShares: DetailAgreement.lungShares(first, second)
        )
    }
}

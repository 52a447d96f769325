import Learning
import LinearAlgebra
import Tensors

extension WarpParameters {
    /// One pair's affine map (6).
    func affine(of item: Int) -> [Float] {
        let count = SamplingGrid.affineCount
        return Array(affine[item * count..<(item + 1) * count])
    }

    /// One pair's displacements (2, knots, knots); zeros if there are none.
    func displacements(of item: Int) -> [Float] {
        let count = LocalizationNetwork.gridCount
        guard let displacements else { return [Float](repeating: 0, count: count) }
        return Array(displacements[item * count..<(item + 1) * count])
    }

    /// Those of some pairs.
    func items(_ range: Range<Int>) -> WarpParameters {
        WarpParameters(
            affine: range.flatMap { affine(of: $0) },
            displacements: range.flatMap { displacements(of: $0) }
        )
    }
}

/// Predicts the warps of pairs of some slices. Each thread has kernels of its own, all for batches of one
/// size, so that a pair's bits depend neither on its batch nor on the thread.
struct WarpPredictor: Sendable {
    /// Pairs of a batch: their activations stay in the second-level cache.
    static let batch = 16

    /// (slices, 16, 32, 32).
    private let moving: [Float]
    private let fixed: [Float]
    /// By thread.
    private let networks: [CompiledNetwork]

    init(
        _ parameters: Parameters,
        slices: [RegistrationSlice],
        threadCount: Int
    ) throws {
        let first = try FirstConvolution(parameters, threadCount: threadCount)
        let side = LocalizationNetwork.side
        let planes = TensorPlace(
            zeros: [max(1, slices.count), LocalizationNetwork.planeCount, side, side]
        )
        for (index, slice) in slices.enumerated() {
            planes.items(index..<index + 1).replace(with: slice.planes)
        }
        moving = slices.isEmpty ? [] : try first.halves(of: planes, count: slices.count, as: .moving)
        fixed = slices.isEmpty ? [] : try first.halves(of: planes, count: slices.count, as: .fixed)
        let network = try LocalizationNetwork.rest()
        let storage = ParameterStorage(for: network)
        storage.load(try Self.parameters(of: network, from: parameters))
        networks = try (0..<threadCount).map { _ in
            try CompiledNetwork(
                network,
                CompilationOptions(batch: Self.batch, purpose: .inference, precision: .float32),
                storage: storage,
                engine: ComputeEngine(threadCount: 1)
            )
        }
    }

    /// The warps of at most a batch of pairs.
    func warps(of pairs: ArraySlice<PairMeasurer.Pair>, thread: Int) -> WarpParameters {
        let (network, count) = (networks[thread], FirstConvolution.count)
        network.input(LocalizationNetwork.restInput).write { all in
            for (item, pair) in pairs.enumerated() {
                var output = all._mutatingExtracting(item * count..<(item + 1) * count)
                writeRectifiedSum(
                    into: &output,
                    moving.span.extracting(pair.moving * count..<(pair.moving + 1) * count),
                    fixed.span.extracting(pair.fixed * count..<(pair.fixed + 1) * count)
                )
            }
        }
        network.forward()
        return WarpParameters(
            affine: scaled(network.output(LocalizationNetwork.affine), count: pairs.count),
            displacements: scaled(network.output(LocalizationNetwork.grid), count: pairs.count)
        )
    }

    /// The first items of a head's output.
    private func scaled(_ output: TensorPlace, count: Int) -> [Float] {
        let width = output.format.shape[1]
        return output.read { values in
            (0..<count * width).map { values[$0] * LocalizationNetwork.headScale }
        }
    }

    /// Those of a part of the network.
    private static func parameters(of network: Network, from all: Parameters) throws -> Parameters {
        func arrays(_ wanted: [(name: String, shape: [Int])], _ arrays: NamedArrays) throws -> NamedArrays {
            NamedArrays(
                try wanted.map { name, shape in
                    guard let values = arrays[name] else { throw RegistrationError.otherNetwork }
                    return (name, shape, values)
                }
            )
        }
        return Parameters(
            trained: try arrays(network.parameters, all.trained),
            statistics: try arrays(network.statistics, all.statistics)
        )
    }
}

import Learning
import LinearAlgebra
import Synchronization
import Tensors

/// Judges the warps of a batch, its pairs spread over some threads.
struct BatchJudge: Sendable {
    private let batch: Int
    private let loss: PairLoss
    private let threadCount: Int

    /// Pairs that one thread computes at a time.
    private static let partSize = 4

    init(_ recipe: RegistrationRecipe, threadCount: Int) {
        batch = recipe.batch
        loss = recipe.loss()
        self.threadCount = threadCount
    }

    /// The batch's mean loss; its gradients are written to the network's outputs.
    func evaluated(
        _ parts: [RegistrationBatch],
        _ compiled: CompiledNetwork
    ) -> (value: Float, terms: [RegistrationLoss.Terms]) {
        let scale = LocalizationNetwork.headScale
        let warps = WarpParameters(
            affine: compiled.output(LocalizationNetwork.affine).copied().map { $0 * scale },
            displacements: compiled.output(LocalizationNetwork.grid).copied().map { $0 * scale }
        )
        let factor = 1 / Float(batch)
        let found = inParts(batch) { [loss] range in
            let part = parts[range.lowerBound / Self.partSize]
            let evaluation = loss.evaluate(
                moving: part.moving,
                fixed: part.fixed,
                parameters: warps.items(range),
                factor: factor
            )
            return (terms: evaluation.terms, values: evaluation.values, gradient: evaluation.gradient)
        }
        let affine = found.flatMap { $0.gradient.affine.map { $0 * scale } }
        let grid = found.flatMap { ($0.gradient.displacements ?? []).map { $0 * scale } }
        compiled.outputGradient(LocalizationNetwork.affine).replace(with: affine)
        compiled.outputGradient(LocalizationNetwork.grid).replace(with: grid)
        let values = found.flatMap(\.values)
        return (values.reduce(0, +) / Float(values.count), found.flatMap(\.terms))
    }

    /// Runs a body for ranges of pairs on some threads; results in order.
    func inParts<Result: Sendable>(
        _ count: Int,
        _ body: @Sendable (Range<Int>) -> Result
    ) -> [Result] {
        let partCount = (count + Self.partSize - 1) / Self.partSize
        let found = Mutex([Result?](repeating: nil, count: partCount))
        inParallel(partCount, threadCount: threadCount) { part in
            let start = part * Self.partSize
            let result = body(start..<min(count, start + Self.partSize))
            found.withLock { $0[part] = result }
        }
        return found.withLock { $0 }.compactMap { $0 }
    }
}

package import Learning
import LinearAlgebra
import Synchronization
import Tensors

/// Measures many pairs of some slices, each moving slice warped onto its fixed one by a model, or as they
/// lie.
///
/// Pairs are computed in tiles of 16, each by one thread, in memory that every thread has once: so the bits
/// are the same for any number of threads, and what is needed beyond the answer does not grow with the
/// pairs. A slice takes 130 kB, and as much again while a model is used.
package final class PairMeasurer: Sendable {
    /// A pair by the slices' numbers.
    package typealias Pair = (moving: Int, fixed: Int)

    let slices: [RegistrationSlice]
    private let fixedCells: [FixedCells]
    private let reference: PairReference
    private let predictor: WarpPredictor?
    private let refinement: PairRefinement?
    /// Of all slices, for the refinement; else none.
    private let images: [ComparedImages]
    private let threadCount: Int
    /// Held by whoever measures: kernels and their memory are used by one caller at a time.
    private let turn = Mutex<Void>(())

    /// - Parameters:
    ///   - model: nil: slices are compared as they lie.
    ///   - reference: what `deviation` and `density` are differences from; nil: the mean of these slices.
    ///   - refinement: steps by which each predicted warp is improved for its pair; nil: none.
    ///   - precision: of the network; bfloat16 is faster and changes measures by about 0.003.
    /// - Throws: `TensorError` if the processor cannot compute the network.
    package init(
        model: RegistrationModel?,
        slices: [RegistrationSlice],
        threadCount: Int,
        reference: PairReference? = nil,
        refinement: PairRefinement? = nil,
        precision: CompilationOptions.Precision = .float32
    ) throws {
        let reference = reference ?? PairReference(slices)
        self.slices = slices
        self.reference = reference
        self.fixedCells = slices.map { FixedCells($0.cells, reference) }
        self.refinement = refinement
        self.images = refinement.map { refinement in slices.map { refinement.images($0) } } ?? []
        self.threadCount = max(1, threadCount)
        self.predictor = try model.map {
            try WarpPredictor(
                $0.parameters,
                slices: slices,
                threadCount: max(1, threadCount),
                precision: precision
            )
        }
    }

    /// The measures of pairs, in their order.
    ///
    /// - Throws: `RegistrationError.cancelled` when asked to stop.
    package func measures(
        of pairs: [Pair],
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(RegistrationError) -> [PairMeasures] {
        try self.inTiles(pairs, isCancelled: isCancelled) { pairs, warps, comparison in
            pairs.enumerated().map { item, pair in
                let (moving, fixed) = (self.slices[pair.moving], self.slices[pair.fixed])
                let fixedCells = self.fixedCells[pair.fixed]
                guard let warps else { return comparison.unwarped(moving, fixed, fixedCells) }
                return comparison.measures(
                    moving,
                    fixed,
                    fixedCells,
                    affine: warps.affine(of: item),
                    displacements: warps.displacements(of: item)
                )
            }
        }
    }

    /// The measures of pairs in both directions, averaged: so that they do not depend on which slice is the
    /// moving one.
    package func symmetricMeasures(
        of pairs: [Pair],
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(RegistrationError) -> [PairMeasures] {
        let there = try self.measures(of: pairs, isCancelled: isCancelled)
        let back = try self.measures(
            of: pairs.map { (moving: $0.fixed, fixed: $0.moving) },
            isCancelled: isCancelled
        )
        return zip(there, back).map { $0.mean(with: $1) }
    }

    /// The warps of pairs, in their order: identities without a model.
    package func warps(
        of pairs: [Pair],
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(RegistrationError) -> WarpParameters {
        let tiles = try self.inTiles(pairs, isCancelled: isCancelled) { pairs, warps, _ in
            [warps ?? WarpParameters(identities: pairs.count, knots: SplineBasis.knotCount)]
        }
        return WarpParameters(
            affine: tiles.flatMap(\.affine),
            displacements: tiles.flatMap { $0.displacements ?? [] }
        )
    }

    /// Runs a body for the pairs of each tile and joins what it returns.
    private func inTiles<Result: Sendable>(
        _ pairs: [Pair],
        isCancelled: @Sendable () -> Bool,
        _ body: @Sendable (ArraySlice<Pair>, WarpParameters?, inout PairComparison) -> [Result]
    ) throws(RegistrationError) -> [Result] {
        for pair in pairs {
            precondition(
                self.slices.indices.contains(pair.moving) && self.slices.indices.contains(pair.fixed),
                "a pair of an unknown slice"
            )
        }
        let size = WarpPredictor.batch
        let count = (pairs.count + size - 1) / size
        let found = Mutex([[Result]](repeating: [], count: count))
        let next = Atomic<Int>(0)
        self.turn.withLock { _ in
            inParallel(self.threadCount, threadCount: self.threadCount) { thread in
                var comparison = PairComparison(self.reference)
                while !isCancelled() {
                    let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard tile < count else { return }
                    let part = pairs[tile * size..<min(pairs.count, (tile + 1) * size)]
                    var warps = self.predictor?.warps(of: part, thread: thread)
                    if let refinement = self.refinement, let predicted = warps {
                        warps = refinement.refined(predicted, of: part, images: self.images)
                    }
                    let results = body(part, warps, &comparison)
                    found.withLock { $0[tile] = results }
                }
            }
        }
        if isCancelled() { throw .cancelled }
        return found.withLock { $0 }.flatMap { $0 }
    }
}

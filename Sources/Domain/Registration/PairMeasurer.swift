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
    private let reference: DensityReference
    private let predictor: WarpPredictor?
    private let refinement: PairRefinement?
    /// Of all slices, for the refinement; else none.
    private let images: [ComparedImages]
    private let threadCount: Int
    /// Held by whoever measures: kernels and their memory are used by one caller at a time.
    private let turn = Mutex<Void>(())

    /// - Parameters:
    ///   - model: nil: slices are compared as they lie.
    ///   - reference: what `density` is the difference from; nil: the mean of these slices.
    ///   - refinement: steps by which each predicted warp is improved for its pair; nil: none.
    /// - Throws: `TensorError` if the processor cannot compute the network.
    package init(
        model: RegistrationModel?,
        slices: [RegistrationSlice],
        threadCount: Int,
        reference: DensityReference? = nil,
        refinement: PairRefinement? = nil
    ) throws {
        let reference = reference ?? DensityReference(slices)
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
                threadCount: max(1, threadCount)
            )
        }
    }

    /// The measures of pairs and the warps that they follow from, in their order; identities without a model.
    ///
    /// - Throws: `RegistrationError.cancelled` when asked to stop.
    package func compared(
        _ pairs: [Pair],
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(RegistrationError) -> (measures: [PairMeasures], warps: WarpParameters) {
        for pair in pairs {
            precondition(
                self.slices.indices.contains(pair.moving) && self.slices.indices.contains(pair.fixed),
                "a pair of an unknown slice"
            )
        }
        let size = WarpPredictor.batch
        let count = (pairs.count + size - 1) / size
        let found = Mutex([Tile?](repeating: nil, count: count))
        let next = Atomic<Int>(0)
        self.turn.withLock { _ in
            inParallel(self.threadCount, threadCount: self.threadCount) { thread in
                var comparison = PairComparison(self.reference)
                while !isCancelled() {
                    let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard tile < count else { return }
                    let part = pairs[tile * size..<min(pairs.count, (tile + 1) * size)]
                    let result = self.tile(part, thread: thread, &comparison)
                    found.withLock { $0[tile] = result }
                }
            }
        }
        if isCancelled() { throw .cancelled }
        let tiles = found.withLock { $0 }.compactMap(\.self)
        return (
            tiles.flatMap(\.measures),
            WarpParameters(
                affine: tiles.flatMap(\.warps.affine),
                displacements: tiles.flatMap { $0.warps.displacements ?? [] }
            )
        )
    }

    /// What is found of the pairs that one thread computes at a time.
    private struct Tile {
        let measures: [PairMeasures]
        let warps: WarpParameters
    }

    private func tile(_ pairs: ArraySlice<Pair>, thread: Int, _ comparison: inout PairComparison) -> Tile {
        guard let predictor = self.predictor else {
            return Tile(
                measures: pairs.map {
                    comparison.unwarped(
                        self.slices[$0.moving],
                        self.slices[$0.fixed],
                        self.fixedCells[$0.fixed]
                    )
                },
                warps: WarpParameters(identities: pairs.count, knots: SplineBasis.knotCount)
            )
        }
        let predicted = predictor.warps(of: pairs, thread: thread)
        let warps = self.refinement?.refined(predicted, of: pairs, images: self.images) ?? predicted
        let measures = pairs.enumerated().map { item, pair in
            comparison.measures(
                self.slices[pair.moving],
                self.slices[pair.fixed],
                self.fixedCells[pair.fixed],
                affine: warps.affine(of: item),
                displacements: warps.displacements(of: item)
            )
        }
        return Tile(measures: measures, warps: warps)
    }

    /// The measures of pairs, in their order.
    ///
    /// - Throws: `RegistrationError.cancelled` when asked to stop.
    package func measures(
        of pairs: [Pair],
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(RegistrationError) -> [PairMeasures] {
        try self.compared(pairs, isCancelled: isCancelled).measures
    }

    /// The measures of pairs in both directions, averaged: so that they do not depend on which slice is the
    /// moving one. Without a model both are the same, and are computed once.
    package func symmetricMeasures(
        of pairs: [Pair],
        isCancelled: @Sendable () -> Bool = { false }
    ) throws(RegistrationError) -> [PairMeasures] {
        let there = try self.measures(of: pairs, isCancelled: isCancelled)
        guard self.predictor != nil else { return there }
        let back = try self.measures(
            of: pairs.map { (moving: $0.fixed, fixed: $0.moving) },
            isCancelled: isCancelled
        )
        return zip(there, back).map { $0.mean(with: $1) }
    }
}

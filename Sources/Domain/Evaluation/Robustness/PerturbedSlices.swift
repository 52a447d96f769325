import LinearAlgebra
package import Lungs
private import Synchronization
package import Tomography

/// Perturbed copies of a set's slices, segmented and cropped anew: queries whose right answer is known.
package struct PerturbedSlices: Sendable {
    /// One original.
    package struct Copies: Sendable {
        /// The original's place in the set.
        package let original: Int
        /// The copies in which lungs were found.
        package let crops: [Perturbation: LungCrop]
    }

    /// In slice order.
    package let copies: [Copies]
    /// Which kinds were made.
    package let kinds: [Perturbation]

    /// So many slices of each series are perturbed.
    package static let perSeries = 30

    /// Draws slices of each series and perturbs them.
    ///
    /// Slices of which there are no Hounsfield units are passed over.
    ///
    /// - Parameters:
    ///   - set: where the slices lie.
    ///   - kinds: what is done to them.
    ///   - perSeries: so many slices of each series, or all where there are fewer.
    ///   - seed: of the choice and of all draws.
    ///   - threadCount: threads.
    ///   - slice: gives a slice of the set as it was before segmentation, in Hounsfield units; called from all threads.
    /// - Throws: what `slice` throws.
    package init(
        of set: EvaluationSet,
        kinds: [Perturbation] = Perturbation.allCases,
        perSeries: Int = Self.perSeries,
        seed: UInt64 = 3,
        threadCount: Int,
        slice: @escaping @Sendable (Int) throws -> CTSlice?
    ) throws {
        let chosen = Self.chosen(of: set, perSeries: perSeries, seed: seed)
        let made = Mutex<[Int: Result<Copies?, any Error>]>([:])
        inParallel(chosen.count, threadCount: threadCount) { place in
            let original = chosen[place]
            let copies = Result { try Self.copies(of: original, kinds, seed: seed, slice: slice(original)) }
            made.withLock { $0[place] = copies }
        }
        let results = made.withLock { $0 }
        self.copies = try chosen.indices.compactMap { try results[$0]?.get() }
        self.kinds = kinds
    }

    /// The originals: ascending, so many of each series.
    private static func chosen(of set: EvaluationSet, perSeries: Int, seed: UInt64) -> [Int] {
        let series = Dictionary(grouping: set.slices.indices) {
            [set.slices[$0].patient, set.slices[$0].series]
        }
        var chosen: [Int] = []
        // In slice order, so that the draws do not depend on names.
        for (number, members) in series.values.sorted(by: { $0[0] < $1[0] }).enumerated() {
            var generator = SeededGenerator(seed: seed, stream: UInt64(number))
            var drawn = members
            generator.shuffle(&drawn)
            chosen += drawn.prefix(perSeries)
        }
        return chosen.sorted()
    }

    private static func copies(
        of original: Int,
        _ kinds: [Perturbation],
        seed: UInt64,
        slice: CTSlice?
    ) throws -> Copies? {
        guard let slice, slice.scale == .hounsfield else { return nil }
        var crops: [Perturbation: LungCrop] = [:]
        for kind in kinds {
            let number = Perturbation.allCases.firstIndex(of: kind) ?? 0
            // Every kind its own draws, so that leaving one out does not change the others.
            var generator = SeededGenerator(seed: seed, stream: UInt64(1 + original) << 8 | UInt64(number))
            guard let copy = kind.applied(to: slice, generator: &generator) else { continue }
            crops[kind] = lungCrop(of: copy, segmentation: LungSegmenter().segment(copy))
        }
        return Copies(original: original, crops: crops)
    }
}

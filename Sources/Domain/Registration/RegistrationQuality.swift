import Learning
import LinearAlgebra

/// How well a registration does on some pairs.
package struct RegistrationQuality: Sendable, Codable, Equatable {
    /// Pairs that were measured.
    package let pairCount: Int
    /// Whether the pairs are of patients that it did not learn from.
    package let arePatientsUnseen: Bool
    /// Mean Dice of the lungs as they lie, after the affine map, and after the grid.
    package let identityDice: Double
    package let affineDice: Double
    /// See `identityDice`.
    package let gridDice: Double
    /// Share of pairs whose lungs agree less after the warp than before.
    package let failureShare: Double
    /// Share of pairs whose warp folds anywhere.
    package let foldedShare: Double
    /// The smallest determinant of any warp's derivative anywhere: above 0 nothing folds.
    package let smallestDeterminant: Double

    /// Pairs by which a model is judged.
    package static let pairCount = 2_000
}

/// Measures a registration.
///
/// - Parameters:
///   - pairs: by the slices' numbers, at least one.
///   - refinement: nil: of the network's warps as they are.
/// - Throws: `TensorError` if the processor cannot compute the network.
package func registrationQuality(
    of model: RegistrationModel,
    slices: [RegistrationSlice],
    pairs: [PairMeasurer.Pair],
    arePatientsUnseen: Bool,
    refinement: PairRefinement? = nil,
    threadCount: Int
) throws -> RegistrationQuality {
    precondition(!pairs.isEmpty, "no pairs to judge by")
    let measurer = try PairMeasurer(
        model: model,
        slices: slices,
        threadCount: threadCount,
        refinement: refinement
    )
    let (measures, warps) = try measurer.compared(pairs)
    let grid = SamplingGrid(rows: LocalizationNetwork.side, columns: LocalizationNetwork.side)
    let determinants = pairs.indices.map { item in
        Double(grid.smallestDeterminant(of: grid.places(warps, item: item)))
    }
    let count = Double(pairs.count)
    func mean(_ value: (PairMeasures) -> Float) -> Double {
        measures.reduce(0) { $0 + Double(value($1)) } / count
    }
    return RegistrationQuality(
        pairCount: pairs.count,
        arePatientsUnseen: arePatientsUnseen,
        identityDice: mean(\.identityDice),
        affineDice: mean(\.affineDice),
        gridDice: mean(\.gridDice),
        failureShare: Double(measures.count { $0.gridDice < $0.identityDice }) / count,
        foldedShare: Double(determinants.count { $0 <= 0 }) / count,
        smallestDeterminant: determinants.min() ?? 1
    )
}

extension PairDrawing {
    /// Pairs as training draws them, from steps that no training takes.
    func pairs(ofQuality count: Int) -> [PairMeasurer.Pair] {
        var found: [PairMeasurer.Pair] = []
        var step = 1 << 32
        while found.count < count {
            found += pairs(step: step).filter { $0.moving != $0.fixed }.map { ($0.moving, $0.fixed) }
            step += 1
        }
        return Array(found.prefix(count))
    }
}

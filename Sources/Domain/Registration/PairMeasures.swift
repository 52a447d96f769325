private import Glibc
import Learning

/// What is known of two slices after one was warped onto the other.
package struct PairMeasures: Sendable, Equatable {
    /// Mean soft Dice of both lungs without any warp, 0...1.
    package var identityDice: Float
    /// The same after the affine map.
    package var affineDice: Float
    /// The same after affine map and grid.
    package var gridDice: Float
    /// Logarithm of the ratio of the affine map's singular values, 0 for equal stretching.
    package var anisotropy: Float
    /// Absolute logarithm of the affine map's determinant, 0 where areas are kept.
    package var logDeterminant: Float
    /// Bending energy of the grid.
    package var bending: Float
    /// Cosine of the orientation maps in 8 x 8 cells, after affine map and grid, 0...1.
    package var orientation: Float
    /// Cosine of the lung's grey values' differences from those of the mean slice, in 16 x 16 cells, after
    /// affine map and grid, -1...1: whether it is denser in the same places.
    package var density: Float

    /// How alike the outlines are: the lungs' agreement, less what the warp had to do for it.
    package var outlineSimilarity: Float {
        gridDice - 0.5 * (1 - affineDice) - 0.1 * anisotropy - 0.05 * logDeterminant
            - 0.5 * max(bending, 0).squareRoot()
    }

    /// How alike the inner details are.
    package var detailSimilarity: Float { orientation }

    /// The mean of two measurements, as of a pair in both directions.
    package func mean(with other: PairMeasures) -> PairMeasures {
        PairMeasures(
            identityDice: (identityDice + other.identityDice) / 2,
            affineDice: (affineDice + other.affineDice) / 2,
            gridDice: (gridDice + other.gridDice) / 2,
            anisotropy: (anisotropy + other.anisotropy) / 2,
            logDeterminant: (logDeterminant + other.logDeterminant) / 2,
            bending: (bending + other.bending) / 2,
            orientation: (orientation + other.orientation) / 2,
            density: (density + other.density) / 2
        )
    }
}

/// How an affine map stretches.
struct AffineStretch: Equatable {
    /// log of the ratio of the singular values of A.
    let anisotropy: Float
    /// |log |det A||.
    let logDeterminant: Float

    /// - Parameter affine: (6), rows of (A - I | t).
    init(_ affine: [Float]) {
        precondition(affine.count == SamplingGrid.affineCount, "an affine map has six numbers")
        let (p, q, r, s) = (affine[0] + 1, affine[1], affine[3], affine[4] + 1)
        // The singular values of a 2 x 2 matrix are the sum and the difference of these two lengths.
        let (e, f, g, h) = ((p + s) / 2, (p - s) / 2, (r + q) / 2, (r - q) / 2)
        let (larger, smaller) = ((e * e + h * h).squareRoot(), (f * f + g * g).squareRoot())
        // Bounded, since a map that flattens the slice has no logarithm.
        anisotropy = log((larger + smaller) / max(abs(larger - smaller), 0.02))
        logDeterminant = abs(log(max(abs(p * s - q * r), 0.05)))
    }
}

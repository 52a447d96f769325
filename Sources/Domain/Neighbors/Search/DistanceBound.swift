/// What distances to a reference point prove about the distance between a query and an item.
///
/// **Derivation.** Let q be the query, x an item, r its partition's reference point, index p a part, d the
/// Euclidean distance, w ≥ 0 the query's weights. The triangle inequality holds in each part on its own:
///
///     d(q_p, x_p) ≥ |d(q_p, r_p) − d(x_p, r_p)|
///
/// Squares of non-negative numbers keep the order, weights are not negative, so a sum over the parts keeps it too:
///
///     D(q, x)² = Σ w_p d(q_p, x_p)² ≥ Σ w_p (d(q_p, r_p) − d(x_p, r_p))²
///
/// Neither d(q_p, r_p) nor the stored d(x_p, r_p) contains a weight: one index is exact for all weights, zero
/// included. For a ring, in which lo_p ≤ d(x_p, r_p) ≤ hi_p, the nearest end of the interval (or 0 inside of it)
/// takes the place of the difference.
///
/// **Rounding.** Let u = 2⁻²⁴ and n_p the size of a part. The kernel rounds a term three times, adds ⌈n_p / 16⌉
/// terms in a lane and then 4 levels of the tree, all of non-negative numbers, so its squared distance is off by a
/// factor of at most 1 ± (⌈n_p / 16⌉ + 7) u, and its root by less than 1 ± ε_p with ε_p = (⌈n_p / 16⌉ + 8) u: twice
/// what is needed, to cover terms in u². Products below the smallest normal float are off by 2⁻¹⁵⁰ each, together
/// less than 10⁻²⁰ in a distance. So with â and ρ̂ the two computed distances
///
///     d(q_p, x_p) ≥ |â − ρ̂| − ε_p (â + ρ̂) − 10⁻²⁰
///
/// which grows with ρ̂ − â and with â − ρ̂, hence is smallest at the end of an interval nearest to â. The computed
/// weighted sum is off by at most a factor of 1 ± γ, γ = max ε_p + (P + 2) u, and an absolute error below 10⁻⁴⁰ times
/// one plus the sum of weights. So an item is left out only if the kernel's own number would have been too large.
struct DistanceBound {
    private static let roundingUnit = 0x1p-24
    private let factor: Double
    private let slack: Double
    private let ringShare: Double

    init(layout: PartLayout, weights: [Float]) {
        let largest = (layout.parts.max() ?? 1)
        let margin = Double((largest + 15) / 16 + 8) * Self.roundingUnit
        self.factor = 1 - margin - Double(layout.parts.count + 2) * Self.roundingUnit
        self.slack = (1 + weights.reduce(0) { $0 + Double($1) }) * 1e-40
        // The sum of P squared gaps is computed in single precision.
        self.ringShare = Double(layout.parts.count + 8) * 4 * Self.roundingUnit
    }

    /// A limit for sums of squared gaps, above which every computed squared distance is above `limit`.
    func ringLimit(_ limit: Float) -> Float {
        guard limit.isFinite else { return .infinity }
        return Float((Double(limit) + self.slack) / self.factor * (1 + self.ringShare)).nextUp
    }

    /// A distance that no true distance exceeds whose computed square is within a limit.
    func trueDistance(ofSquared limit: Float) -> Double {
        guard limit.isFinite else { return .infinity }
        return ((Double(limit) + self.slack) / self.factor).squareRoot()
    }

    /// A squared distance above which no root rounds down to `distance`.
    ///
    /// Hits are ordered by the root, and different squares may share a root: nothing that could tie is cut off.
    /// A root that rounds to d is below the middle of d and the next float, so its square is below that float's.
    static func squaredLimit(of distance: Float) -> Float {
        guard distance.isFinite else { return .infinity }
        let next = Double(distance.nextUp)
        return Float(next * next).nextUp
    }
}

/// Distances to reference points, moved outward by more than rounding may have done.
///
/// A share of 2⁻¹⁵ is twice the ε_p of the largest dimension (4,096: 264 u) and covers the difference in single precision
/// as well; it costs nothing, for rings are far wider.
enum RingBound {
    private static let share: Float = 0x1p-15
    private static let tiny: Float = 1e-19

    static func lowered(_ distance: Float) -> Float { max(0, distance * (1 - self.share) - self.tiny) }
    static func raised(_ distance: Float) -> Float { distance * (1 + self.share) + self.tiny }

    /// Of what distances up to the largest are 16-bit multiples.
    static func scale(largest: Float) -> Float { max(largest / 65_000, self.tiny) }

    /// A multiple of a scale that is not above a distance, even if the product is rounded.
    static func multipleBelow(_ distance: Float, scale: Float) -> UInt16 {
        UInt16((distance / scale * (1 - 0x1p-20)).rounded(.down))
    }

    /// A multiple of a scale that is not below a distance, even if the product is rounded.
    static func multipleAbove(_ distance: Float, scale: Float) -> UInt16 {
        UInt16((distance / scale * (1 + 0x1p-20)).rounded(.up))
    }
}

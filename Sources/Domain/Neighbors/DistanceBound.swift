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
/// one plus the sum of weights. `squared` returns a bound on the **computed** weighted squared distance, so an item
/// is left out only if the kernel's own number would have been too large.
struct DistanceBound {
    private static let roundingUnit = 0x1p-24
    private static let tinyDistance = 1e-20
    private let weights: [Double]
    private let margins: [Double]
    private let factor: Double
    private let slack: Double

    init(layout: PartLayout, weights: [Float]) {
        self.weights = weights.map(Double.init)
        self.margins = layout.parts.map { Double(($0 + 15) / 16 + 8) * Self.roundingUnit }
        let largest = self.margins.max() ?? 0
        self.factor = 1 - largest - Double(layout.parts.count + 2) * Self.roundingUnit
        self.slack = (1 + self.weights.reduce(0, +)) * 1e-40
    }

    /// Lower bound on the computed weighted squared distance to any item of a ring.
    ///
    /// - Parameters:
    ///   - query: (P) distances from the query to the reference point, starting at `queryStart`.
    ///   - extent: (P, 2) smallest and largest distance of the ring's items to it, starting at `start`.
    @inline(__always)
    func squared(query: Span<Float>, from queryStart: Int, extent: Span<Float>, from start: Int) -> Double {
        var sum = 0.0
        for part in self.weights.indices {
            let a = Double(query[queryStart + part])
            let low = Double(extent[start + 2 * part])
            let high = Double(extent[start + 2 * part + 1])
            let margin = self.margins[part]
            let inside = a < low ? low - a - margin * (low + a) : a - high - margin * (a + high)
            let gap = max(0, inside - Self.tinyDistance)
            sum += self.weights[part] * gap * gap
        }
        return sum * self.factor - self.slack
    }

    /// Lower bound on the computed weighted squared distance to one item.
    ///
    /// - Parameters:
    ///   - query: (P) distances from the query to the reference point, starting at `queryStart`.
    ///   - radii: (P) distances of the item to it, starting at `start`.
    @inline(__always)
    func squared(query: Span<Float>, from queryStart: Int, radii: Span<Float>, from start: Int) -> Double {
        var sum = 0.0
        for part in self.weights.indices {
            let a = Double(query[queryStart + part])
            let radius = Double(radii[start + part])
            let gap = max(0, abs(a - radius) - self.margins[part] * (a + radius) - Self.tinyDistance)
            sum += self.weights[part] * gap * gap
        }
        return sum * self.factor - self.slack
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

internal import LinearAlgebra

/// What the code of an item proves about the distance between it and a query.
///
/// **Derivation.** Let q be the query, x an item, w ≥ 0 the weights of the parts, B the basis with ‖B_p‖ ≤ β for each
/// part p, c the image of the partition's reference point and ĉ what the item's code stands for, so that
/// |B x − c − ĉ| ≤ e is stored with it. With v = B q − c, the triangle inequality in the space whose norm is
/// |u|_w = √(Σ w_p |u_p|²) (Minkowski) gives
///
///     β D(q, x) ≥ |B q − B x|_w ≥ |v − ĉ|_w − |B x − c − ĉ|_w ≥ |v − ĉ|_w − √(max w) e
///
/// for all positions, and for those of the head alone as well, with the head's error. The first term is
///
///     |v − ĉ|_w² = Σ w_j v_j² − 2 Σ w_j v_j ĉ_j + Σ_p w_p |ĉ_p|²
///
/// where ĉ_j = (code_j − 7.5) step_j: the middle sum is a product of whole numbers, the codes and t_j = w_j v_j step_j
/// rounded to 16 bits of one scale, which is off by at most half a unit times 7.5 a position; |ĉ_p|² is stored. No
/// stored number contains a weight: one index is exact for all weights, zero included.
///
/// The tail is not left out of the head's bound altogether, for its distances to the center are known: with t the
/// tail, h the head and g = √(min w) · | |B q − c|_t − |B x − c|_t |
///
///     β² D² ≥ |B q − B x|_w² ≥ |B q − B x|_{w,h}² + g²
///
/// so with s = √(β² D² − g²) the head is ruled out if |v − ĉ|_{w,h} > s + √(max w) e. If R = β D + o, where o is
/// what the query's image is off by, then √(R² − g²) ≥ s + o: the kernel needs R alone. It takes no root either, for
/// √(R² − g²) ≤ R − g² / (2 R), and only the product with e needs it.
///
/// **Rounding.** A computed image is off by at most γ|x| (`RotatedBasis.projectionError`), a difference to c by u times
/// its length: both are part of the stored error, and of the query's own. Stored squared lengths are rounded down,
/// errors up, and the kernel subtracts a slack that covers its sums. What overflows proves nothing.
struct CodeBound {
    private let norm: Double
    private let largestRoot: Double
    private let leastWeight: Float
    private let projectionError: Double
    private let queryLength: Double
    private let distances: DistanceBound

    init(basis: RotatedBasis, row: [Float], weights: [Float], distances: DistanceBound) {
        self.norm = basis.norm
        self.largestRoot = Double(weights.max() ?? 0).squareRoot()
        self.leastWeight = weights.min() ?? 0
        self.projectionError = Double(basis.projectionError)
        self.queryLength = Double(length(of: row))
        self.distances = distances
    }

    /// How far codes have to be searched so that no item is missed whose computed squared distance is within a limit.
    ///
    /// - Parameter centerLength: of the partition.
    func reach(limit: Float, centerLength: Float) -> CodeReach {
        let weight = self.largestRoot
        let own = self.projectionError * (self.queryLength + Double(centerLength)) + 1e-18
        let radius = self.norm * self.distances.trueDistance(ofSquared: limit) + weight * own
        // Rounded up twice: to float, and for the kernel's own sum and square.
        return CodeReach(
            radius: Float(radius * (1 + 0x1p-20)).nextUp,
            errorWeight: Float(weight * (1 + 0x1p-20)).nextUp,
            leastWeight: self.leastWeight,
            imageError: Float(own).nextUp
        )
    }
}

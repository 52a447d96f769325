private import LinearAlgebra

/// How large displacements are: the mean of their squares.
package struct DisplacementSize: Sendable, Equatable {
    /// 0 for none.
    package let value: Float
    /// (2, knots, knots): gradient by the displacements.
    package let gradient: [Float]

    /// Measures displacements (2, knots, knots).
    package init(_ displacements: Span<Float>) {
        let count = displacements.count
        precondition(count > 0, "no displacements")
        var gradient = [Float](repeating: 0, count: count)
        for index in 0..<count { gradient[index] = 2 * displacements[index] / Float(count) }
        value = dotProduct(displacements, displacements) / Float(count)
        self.gradient = gradient
    }
}

/// How far an affine map is from the identity: |A - I|² + ½ |t|².
package struct AffineSize: Sendable, Equatable {
    /// 0 for the identity.
    package let value: Float
    /// (6): gradient by the map's numbers.
    package let gradient: [Float]

    private static let weights: [Float] = [1, 1, 0.5, 1, 1, 0.5]

    /// Measures an affine map (6), rows of (A - I | t).
    package init(_ affine: Span<Float>) {
        precondition(affine.count == Self.weights.count, "an affine map has six numbers")
        var value: Float = 0
        var gradient: [Float] = []
        for (index, weight) in Self.weights.enumerated() {
            value += weight * affine[index] * affine[index]
            gradient.append(2 * weight * affine[index])
        }
        self.value = value
        self.gradient = gradient
    }
}

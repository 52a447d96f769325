private import LinearAlgebra

/// How far two soft masks agree: (2 Σ a b + 1) / (Σ a² + Σ b² + 1), 1 for equal ones and for two empty ones.
package struct SoftDice: Sendable, Equatable {
    /// 0...1 for masks of 0...1.
    package let value: Float
    private let denominator: Float

    /// Compares two masks.
    ///
    /// - Parameters:
    ///   - a: (N).
    ///   - b: (N).
    package init(_ a: Span<Float>, _ b: Span<Float>) {
        denominator = dotProduct(a, a) + dotProduct(b, b) + 1
        value = (2 * dotProduct(a, b) + 1) / denominator
    }

    /// Adds the gradient by the first mask, times a factor; that by the second is that of the masks
    /// exchanged.
    ///
    /// - Parameters:
    ///   - gradient: (N), added to.
    ///   - a: (N), as compared.
    ///   - b: (N), as compared.
    package func addGradient(
        times factor: Float,
        to gradient: inout MutableSpan<Float>,
        _ a: Span<Float>,
        _ b: Span<Float>
    ) {
        let count = a.count
        precondition(b.count == count && gradient.count == count, "masks of two sizes")
        let scale = 2 * factor / denominator
        for index in 0..<count { gradient[index] += scale * (b[index] - value * a[index]) }
    }
}

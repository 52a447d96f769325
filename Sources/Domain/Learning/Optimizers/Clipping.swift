/// Shortens a vector of gradients to a length if it is longer, and keeps its direction (Pascanu et al. 2013).
/// As PyTorch's `clip_grad_norm_` it is scaled by maximum / (length + 1e-6).
///
/// - Returns: the length before, which tells whether training is about to diverge. If it is no number, neither
///   is a gradient, and nothing was changed.
@discardableResult
package func clip(_ gradients: inout MutableSpan<Float>, toLength maximum: Float) -> Float {
    let length = Float(sumOfSquares(gradients.span).squareRoot())
    if let factor = shortening(from: length, to: maximum) { scale(&gradients, by: factor) }
    return length
}

extension NamedArrays {
    /// Shortens all arrays together, as one vector, see `clip(_:toLength:)`.
    @discardableResult
    package mutating func clip(toLength maximum: Float) -> Float {
        let length = Float(values.reduce(0) { $0 + sumOfSquares($1.span) }.squareRoot())
        guard let factor = shortening(from: length, to: maximum) else { return length }
        for place in values.indices {
            var span = values[place].mutableSpan
            scale(&span, by: factor)
        }
        return length
    }
}

/// The factor that shortens a vector; nil if it is short enough or its length is no number.
private func shortening(from length: Float, to maximum: Float) -> Float? {
    let factor = maximum / (length + 1e-6)
    return factor < 1 ? factor : nil
}

private func scale(_ values: inout MutableSpan<Float>, by factor: Float) {
    for index in values.indices { values[index] *= factor }
}

/// The sum of squares in double precision. Four sums run beside one another, since each addition would wait for
/// the one before; their order is fixed, so the bits are the same on every CPU.
private func sumOfSquares(_ values: Span<Float>) -> Double {
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    let wholeCount = values.count & ~3
    for index in stride(from: 0, to: wholeCount, by: 4) {
        let (first, second) = (Double(values[index]), Double(values[index + 1]))
        let (third, fourth) = (Double(values[index + 2]), Double(values[index + 3]))
        a += first * first
        b += second * second
        c += third * third
        d += fourth * fourth
    }
    for index in wholeCount..<values.count { a += Double(values[index]) * Double(values[index]) }
    return (a + b) + (c + d)
}

private import LinearAlgebra

/// The normalized cross-correlation of two images inside a mask: the cosine of their differences from their
/// means there, both times the mask.
package struct MaskedCorrelation: Sendable {
    /// -1...1; 0 where an image is constant in the mask.
    package let value: Float

    /// Sum of the mask, at least 1.
    private let weight: Float
    private let hasWeight: Bool
    private let means: (a: Float, b: Float)
    /// (N): differences from the means, times the mask.
    private let centered: (a: [Float], b: [Float])
    private let squares: (a: Float, b: Float)
    /// The root of the squares' product, at least √1e-6.
    private let norm: Float
    private let hasNorm: Bool

    /// A product of squares below this stands for an image without contrast.
    private static let leastProduct: Float = 1e-6

    /// Correlates two images.
    ///
    /// - Parameters:
    ///   - a: (N).
    ///   - b: (N).
    ///   - mask: (N), none negative.
    package init(_ a: Span<Float>, _ b: Span<Float>, mask: Span<Float>) {
        precondition(a.count == mask.count && b.count == mask.count, "images and mask of two sizes")
        let total = sumOfElements(mask)
        let weight = max(total, 1)
        let means = (a: dotProduct(a, mask) / weight, b: dotProduct(b, mask) / weight)
        let centeredA = Self.centered(a, means.a, mask)
        let centeredB = Self.centered(b, means.b, mask)
        let squareA = dotProduct(centeredA.span, centeredA.span)
        let squareB = dotProduct(centeredB.span, centeredB.span)
        norm = max(squareA * squareB, Self.leastProduct).squareRoot()
        value = dotProduct(centeredA.span, centeredB.span) / norm
        hasWeight = total >= 1
        hasNorm = squareA * squareB >= Self.leastProduct
        squares = (squareA, squareB)
        centered = (centeredA, centeredB)
        self.weight = weight
        self.means = means
    }

    /// Adds the gradients by the first image and by the mask, times a factor; that by the second image is
    /// that of the images exchanged.
    ///
    /// - Parameters:
    ///   - imageGradient: (N), added to.
    ///   - maskGradient: (N), added to.
    ///   - a: (N), as correlated.
    ///   - b: (N), as correlated.
    ///   - mask: (N), as correlated.
    package func addGradients(
        times factor: Float,
        image imageGradient: inout MutableSpan<Float>,
        mask maskGradient: inout MutableSpan<Float>,
        _ a: Span<Float>,
        _ b: Span<Float>,
        mask: Span<Float>
    ) {
        let count = mask.count
        precondition(a.count == count && b.count == count && centered.a.count == count, "not these images")
        precondition(imageGradient.count == count && maskGradient.count == count, "gradients of another size")
        // By the centered images: across to the other one, and along itself what normalizing takes away.
        let across = factor / norm
        let along = (
            a: hasNorm ? factor * value / squares.a : 0, b: hasNorm ? factor * value / squares.b : 0
        )
        // What one unit of the mean costs, shared by all pixels in the mask.
        let (centeredA, centeredB) = (centered.a.span, centered.b.span)
        let (maskedA, maskedB) = (dotProduct(centeredA, mask), dotProduct(centeredB, mask))
        let meanSlopes = (
            a: (across * maskedB - along.a * maskedA) / weight,
            b: (across * maskedA - along.b * maskedB) / weight
        )
        // Where the mask's sum is held at 1, a mean grows with the mask as if all were weighed by one.
        let pulls = (a: hasWeight ? means.a : 0, b: hasWeight ? means.b : 0)
        for index in 0..<count {
            let slopeA = across * centeredB[index] - along.a * centeredA[index]
            let slopeB = across * centeredA[index] - along.b * centeredB[index]
            imageGradient[index] += (slopeA - meanSlopes.a) * mask[index]
            maskGradient[index] +=
                slopeA * (a[index] - means.a) - meanSlopes.a * (a[index] - pulls.a)
                + slopeB * (b[index] - means.b) - meanSlopes.b * (b[index] - pulls.b)
        }
    }

    private static func centered(_ image: Span<Float>, _ mean: Float, _ mask: Span<Float>) -> [Float] {
        let count = image.count
        precondition(mask.count == count, "image and mask of two sizes")
        var result = [Float](repeating: 0, count: count)
        for index in 0..<count { result[index] = (image[index] - mean) * mask[index] }
        return result
    }
}

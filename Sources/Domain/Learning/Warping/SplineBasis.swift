package import LinearAlgebra

/// The uniform cubic B-spline along one axis: what each control point weighs at each pixel.
///
/// The first and last pixels lie on the ends of the curve, so pixel p is at p / (size - 1) · (knots - 3) in
/// units of the control points' distance, and four of them act on it.
package struct SplineBasis: Sendable, Equatable {
    /// (size x knots); rows add up to 1.
    package let weights: Matrix

    /// Control points along each axis of a displacement grid, of which two lie outside the image.
    package static let knotCount = 7

    /// The basis of some pixels and at least four control points.
    package init(size: Int, knots: Int = SplineBasis.knotCount) {
        precondition(size > 0 && knots >= 4, "no pixel, or not four control points")
        var weights = Matrix(rows: size, columns: knots)
        for pixel in 0..<size {
            // Double precision: the end of the last piece must not fall behind it by rounding.
            let position = size > 1 ? Double(pixel * (knots - 3)) / Double(size - 1) : 0
            let piece = min(Int(position), knots - 4)
            for (offset, weight) in Self.pieceWeights(at: position - Double(piece)).enumerated() {
                weights[pixel, piece + offset] = Float(weight)
            }
        }
        self.weights = weights
    }

    /// The four control points' weights at a place 0...1 of the piece between the second and the third.
    private static func pieceWeights(at place: Double) -> [Double] {
        let (square, cube, rest) = (place * place, place * place * place, 1 - place)
        return [
            rest * rest * rest / 6,
            (3 * cube - 6 * square + 4) / 6,
            (-3 * cube + 3 * square + 3 * place + 1) / 6,
            cube / 6,
        ]
    }
}

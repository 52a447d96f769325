package import LinearAlgebra

/// Where a warp looks: a place of the moving image for each pixel of the result, moved by an affine map and,
/// after it, by displacements that a B-spline interpolates between control points.
///
/// With (x, y) the pixel's own place, -1...1 from edge to edge, the place is (x, y) + (A - I) (x, y) + t +
/// u(x, y).
///
/// That is a product of two matrices. Each row of pixels has the factors (1, y, its spline weights), and what
/// they multiply are 2 + knots rows of (x, y) pairs, which depend on the columns alone.
package struct SamplingGrid: Sendable, Equatable {
    /// Rows of pixels in the result.
    package let rows: Int
    /// Columns of pixels in the result.
    package let columns: Int
    /// Control points along each axis.
    package let knots: Int

    /// (rows x 2): 1 and y.
    private let affineFactors: Matrix
    /// (rows x 2 + knots): 1, y and the spline weights.
    private let factors: Matrix
    /// (columns): x.
    private let xs: [Float]
    /// (columns x knots).
    private let columnBasis: Matrix

    /// Numbers of an affine map: rows of (A - I | t).
    package static let affineCount = 6

    /// A grid for results of a shape.
    package init(rows: Int, columns: Int, knots: Int = SplineBasis.knotCount) {
        self.rows = rows
        self.columns = columns
        self.knots = knots
        let rowBasis = SplineBasis(size: rows, knots: knots).weights
        columnBasis = SplineBasis(size: columns, knots: knots).weights
        xs = Self.centers(columns)
        affineFactors = Matrix(stacking: Self.centers(rows).map { [1, $0] })
        factors = Matrix(stacking: Self.centers(rows).enumerated().map { [1, $1] + rowBasis.row($0) })
    }

    /// Numbers of a displacement grid: (2, knots, knots), x before y.
    package var displacementCount: Int { 2 * knots * knots }

    /// The places of one result.
    ///
    /// - Parameters:
    ///   - affine: (6), rows of (A - I | t).
    ///   - displacements: (2, knots, knots), x before y, rows of control points from top to bottom; nil for none.
    /// - Returns: (rows x 2 · columns), that is (rows, columns, 2).
    package func places(affine: Span<Float>, displacements: Span<Float>? = nil) -> Matrix {
        precondition(affine.count == Self.affineCount, "an affine map has six numbers")
        var pairs = Matrix(rows: displacements == nil ? 2 : 2 + knots, columns: 2 * columns)
        for column in 0..<columns {
            let x = xs[column]
            pairs[0, 2 * column] = x + affine[0] * x + affine[2]
            pairs[0, 2 * column + 1] = affine[3] * x + affine[5]
            pairs[1, 2 * column] = affine[1]
            pairs[1, 2 * column + 1] = 1 + affine[4]
        }
        guard let displacements else { return multiply(affineFactors, pairs) }
        precondition(displacements.count == displacementCount, "displacements are not (2, knots, knots)")
        // Along each row of control points to the columns of pixels.
        var controls = Matrix(rows: 2 * knots, columns: knots)
        for index in 0..<displacementCount { controls.values[index] = displacements[index] }
        let curves = multiply(controls, transposed: false, columnBasis, transposed: true)
        for knotRow in 0..<knots {
            for column in 0..<columns {
                pairs[2 + knotRow, 2 * column] = curves[knotRow, column]
                pairs[2 + knotRow, 2 * column + 1] = curves[knots + knotRow, column]
            }
        }
        return multiply(factors, pairs)
    }

    /// Adds the gradient by an affine map, from that by the places.
    ///
    /// - Parameters:
    ///   - affine: (6), added to.
    ///   - placeGradient: (rows x 2 · columns).
    package func addGradient(of placeGradient: Matrix, affine: inout MutableSpan<Float>) {
        let pairs = multiply(affineFactors, transposed: true, placeGradient)
        addAffineGradient(of: pairs, to: &affine)
    }

    /// Adds the gradients by an affine map and by displacements, from that by the places.
    ///
    /// - Parameters:
    ///   - affine: (6), added to.
    ///   - displacements: (2, knots, knots), added to.
    ///   - placeGradient: (rows x 2 · columns).
    package func addGradient(
        of placeGradient: Matrix,
        affine: inout MutableSpan<Float>,
        displacements: inout MutableSpan<Float>
    ) {
        precondition(displacements.count == displacementCount, "displacements are not (2, knots, knots)")
        let pairs = multiply(factors, transposed: true, placeGradient)
        addAffineGradient(of: pairs, to: &affine)
        var curves = Matrix(rows: 2 * knots, columns: columns)
        for knotRow in 0..<knots {
            for column in 0..<columns {
                curves[knotRow, column] = pairs[2 + knotRow, 2 * column]
                curves[knots + knotRow, column] = pairs[2 + knotRow, 2 * column + 1]
            }
        }
        let controls = multiply(curves, columnBasis)
        for index in 0..<displacementCount { displacements[index] += controls.values[index] }
    }

    private func addAffineGradient(of pairs: Matrix, to affine: inout MutableSpan<Float>) {
        precondition(affine.count == Self.affineCount, "an affine map has six numbers")
        for axis in 0..<2 {
            for column in 0..<columns {
                let slope = pairs[0, 2 * column + axis]
                affine[3 * axis] += slope * xs[column]
                affine[3 * axis + 1] += pairs[1, 2 * column + axis]
                affine[3 * axis + 2] += slope
            }
        }
    }

    /// (size): the pixels' centers, -1...1 from edge to edge.
    private static func centers(_ size: Int) -> [Float] {
        (0..<size).map { Float(2 * $0 + 1) / Float(size) - 1 }
    }
}

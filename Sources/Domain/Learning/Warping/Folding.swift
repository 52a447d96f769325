package import LinearAlgebra

extension SamplingGrid {
    /// How much a warp squeezes where it squeezes most: the smallest determinant of its derivative, 1 for the
    /// identity, negative where the image folds over.
    ///
    /// Between four neighboring places the map is taken for bilinear, whose determinant is smallest in a
    /// corner: so nothing folds between them if this is positive.
    ///
    /// - Parameter places: (rows x 2 · columns), of at least two rows and columns.
    package func smallestDeterminant(of places: Matrix) -> Float {
        precondition(places.rows == rows && places.columns == 2 * columns, "not this grid's places")
        precondition(rows > 1 && columns > 1, "a single row or column spans no area")
        var smallest = Float.infinity
        for row in 0..<rows - 1 {
            for column in 0..<columns - 1 {
                let (upperLeft, upperRight) = (place(row, column), place(row, column + 1))
                let (lowerLeft, lowerRight) = (place(row + 1, column), place(row + 1, column + 1))
                for across in [upperRight - upperLeft, lowerRight - lowerLeft] {
                    for down in [lowerLeft - upperLeft, lowerRight - upperRight] {
                        smallest = min(smallest, across.x * down.y - across.y * down.x)
                    }
                }
            }
        }
        func place(_ row: Int, _ column: Int) -> SIMD2<Float> {
            SIMD2(places[row, 2 * column], places[row, 2 * column + 1])
        }
        // The area between four neighbors of the identity.
        return smallest / (4 / Float(rows * columns))
    }
}

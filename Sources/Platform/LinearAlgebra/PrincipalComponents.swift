/// A linear projection to the directions in which a set of vectors varies most.
package struct PrincipalComponents: Sendable, Equatable {
    /// The set's mean (D).
    package let mean: [Float]
    /// The directions as columns (D x m), orthonormal, largest variance first. Columns beyond the rank of the set are
    /// zero, so that m does not depend on the data.
    package let components: Matrix

    /// Takes a mean (D) and directions (D x m) as they were fitted before.
    package init(mean: [Float], components: Matrix) {
        precondition(mean.count == components.rows, "mean and directions of two dimensions")
        self.mean = mean
        self.components = components
    }

    /// Fits to the rows of a matrix (N x D).
    ///
    /// In double precision; through the N x N products of the rows where there are fewer rows than columns.
    ///
    /// - Parameter count: m, the number of directions.
    package init(fitting data: Matrix, count: Int) {
        let (rows, columns) = (data.rows, data.columns)
        let mean = Self.columnMeans(of: data)
        var centered = [Double](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            for column in 0..<columns {
                centered[row * columns + column] = Double(data.values[row * columns + column]) - mean[column]
            }
        }
        let directions =
            rows < columns
            ? Self.directionsFromRows(centered, rows: rows, columns: columns, count: count)
            : Self.directionsFromColumns(centered, rows: rows, columns: columns, count: count)
        var components = Matrix(rows: columns, columns: count)
        for (index, direction) in directions.enumerated() {
            for column in 0..<columns { components[column, index] = Float(direction[column]) }
        }
        self.init(mean: mean.map { Float($0) }, components: components)
    }

    /// The projection of one vector (D) to (m), the same bits on every CPU.
    package func project(_ vector: [Float]) -> [Float] {
        precondition(vector.count == mean.count, "a vector of another dimension")
        var centered = vector
        for index in centered.indices { centered[index] -= mean[index] }
        var output = [Float](repeating: 0, count: components.columns)
        addDense(centered, weights: components, to: &output)
        return output
    }

    private static func columnMeans(of data: Matrix) -> [Double] {
        var sums = [Double](repeating: 0, count: data.columns)
        for row in 0..<data.rows {
            for column in 0..<data.columns { sums[column] += Double(data[row, column]) }
        }
        return sums.map { $0 / Double(max(1, data.rows)) }
    }

    private static func directionsFromColumns(
        _ centered: [Double],
        rows: Int,
        columns: Int,
        count: Int
    ) -> [[Double]] {
        let covariance = columnProducts(centered, rows: rows, columns: columns)
        let found = largestEigenvectors(ofSymmetric: covariance, side: columns, count: count)
        let least = threshold(found.values)
        return zip(found.values, found.vectors).filter { $0.0 > least }.map(\.1)
    }

    private static func directionsFromRows(
        _ centered: [Double],
        rows: Int,
        columns: Int,
        count: Int
    ) -> [[Double]] {
        let gram = rowProducts(centered, rows: rows, columns: columns)
        let found = largestEigenvectors(ofSymmetric: gram, side: rows, count: count)
        let least = threshold(found.values)
        return zip(found.values, found.vectors).filter { $0.0 > least }.map { value, weights in
            var direction = [Double](repeating: 0, count: columns)
            for row in 0..<rows {
                let weight = weights[row] / value.squareRoot()
                for column in 0..<columns { direction[column] += weight * centered[row * columns + column] }
            }
            return withFixedSign(direction)
        }
    }

    /// Variances below this share of the largest are rounding: their directions mean nothing.
    private static func threshold(_ values: [Double]) -> Double { 1e-10 * (values.first ?? 0) }
}

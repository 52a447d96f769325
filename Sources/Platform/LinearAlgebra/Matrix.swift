/// A matrix of single precision, row-major.
package struct Matrix: Sendable, Equatable {
    /// Number of rows.
    package let rows: Int
    /// Number of columns.
    package let columns: Int
    /// (rows x columns), row after row.
    package var values: [Float]

    /// Makes a matrix of values given row after row; their number must be rows x columns.
    package init(rows: Int, columns: Int, values: [Float]) {
        precondition(rows >= 0 && columns >= 0 && values.count == rows * columns, "not rows x columns values")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// Makes a matrix of zeros.
    package init(rows: Int, columns: Int) {
        self.init(rows: rows, columns: columns, values: [Float](repeating: 0, count: rows * columns))
    }

    /// Makes a matrix of rows of equal length.
    package init(stacking rows: [[Float]]) {
        let columns = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == columns }, "rows of unequal length")
        self.init(rows: rows.count, columns: columns, values: rows.flatMap { $0 })
    }

    /// One element.
    package subscript(row: Int, column: Int) -> Float {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// One row (columns).
    package func row(_ index: Int) -> ArraySlice<Float> {
        values[index * columns..<(index + 1) * columns]
    }

    /// The rows with the given numbers, in that order: (indices x columns).
    package func selecting(rows indices: [Int]) -> Matrix {
        var selected: [Float] = []
        selected.reserveCapacity(indices.count * columns)
        for index in indices { selected.append(contentsOf: row(index)) }
        return Matrix(rows: indices.count, columns: columns, values: selected)
    }
}

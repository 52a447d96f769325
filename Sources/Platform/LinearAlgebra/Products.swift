private import COpenBLAS

/// The number of threads of OpenBLAS's own pool.
package enum OpenBLASThreads {
    /// Sets one thread for the whole process: services spread work over tasks themselves, and the order of additions
    /// must not depend on how many cores are idle. Every product of this module sees to it.
    package static func setSingle() { _ = once }

    private static let once: Void = openblas_set_num_threads(1)
}

/// The product of two matrices, each transposed first if so wished: (m x k) times (k x n) is (m x n).
package func multiply(
    _ a: Matrix,
    transposed aIsTransposed: Bool = false,
    _ b: Matrix,
    transposed bIsTransposed: Bool = false
) -> Matrix {
    var product = Matrix(
        rows: aIsTransposed ? a.columns : a.rows,
        columns: bIsTransposed ? b.rows : b.columns
    )
    multiply(a, transposed: aIsTransposed, b, transposed: bIsTransposed, into: &product)
    return product
}

/// Writes alpha · a · b + beta · product into the product.
///
/// - Parameters:
///   - a: (m x k) after its transposition, if any.
///   - b: (k x n) after its transposition, if any.
///   - product: (m x n).
package func multiply(
    _ a: Matrix,
    transposed aIsTransposed: Bool = false,
    _ b: Matrix,
    transposed bIsTransposed: Bool = false,
    into product: inout Matrix,
    alpha: Float = 1,
    beta: Float = 0
) {
    let inner = aIsTransposed ? a.rows : a.columns
    precondition(inner == (bIsTransposed ? b.columns : b.rows), "inner sides differ")
    precondition(product.rows == (aIsTransposed ? a.columns : a.rows), "rows of the product differ")
    precondition(product.columns == (bIsTransposed ? b.rows : b.columns), "columns of the product differ")
    guard product.rows > 0, product.columns > 0 else { return }
    OpenBLASThreads.setSingle()
    let (rows, columns) = (product.rows, product.columns)
    // SAFETY: a Matrix holds rows x columns floats, and the three shapes were checked above.
    unsafe a.values.withUnsafeBufferPointer { aValues in
        unsafe b.values.withUnsafeBufferPointer { bValues in
            unsafe product.values.withUnsafeMutableBufferPointer { output in
                unsafe cblas_sgemm(
                    CblasRowMajor,
                    aIsTransposed ? CblasTrans : CblasNoTrans,
                    bIsTransposed ? CblasTrans : CblasNoTrans,
                    blasint(rows),
                    blasint(columns),
                    blasint(inner),
                    alpha,
                    aValues.baseAddress,
                    blasint(max(1, a.columns)),
                    bValues.baseAddress,
                    blasint(max(1, b.columns)),
                    beta,
                    output.baseAddress,
                    blasint(columns)
                )
            }
        }
    }
}

/// The products of all rows of a matrix with each other, in double precision: (rows x rows), row-major, both halves.
///
/// - Parameter values: (rows x columns), row-major.
package func rowProducts(_ values: [Double], rows: Int, columns: Int) -> [Double] {
    products(values, rows: rows, columns: columns, ofColumns: false)
}

/// The products of all columns of a matrix with each other, in double precision: (columns x columns).
///
/// - Parameter values: (rows x columns), row-major.
package func columnProducts(_ values: [Double], rows: Int, columns: Int) -> [Double] {
    products(values, rows: rows, columns: columns, ofColumns: true)
}

private func products(_ values: [Double], rows: Int, columns: Int, ofColumns: Bool) -> [Double] {
    precondition(values.count == rows * columns, "not rows x columns values")
    let (side, inner) = ofColumns ? (columns, rows) : (rows, columns)
    var output = [Double](repeating: 0, count: side * side)
    guard side > 0, inner > 0 else { return output }
    OpenBLASThreads.setSingle()
    // SAFETY: (rows x columns) was checked above, the output is side x side.
    unsafe values.withUnsafeBufferPointer { values in
        unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe cblas_dsyrk(
                CblasRowMajor,
                CblasLower,
                ofColumns ? CblasTrans : CblasNoTrans,
                blasint(side),
                blasint(inner),
                1,
                values.baseAddress,
                blasint(columns),
                0,
                output.baseAddress,
                blasint(side)
            )
        }
    }
    // The routine fills the lower half.
    for row in 0..<side {
        for column in 0..<row { output[column * side + row] = output[row * side + column] }
    }
    return output
}

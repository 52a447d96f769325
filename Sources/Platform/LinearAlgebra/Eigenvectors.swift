private import COpenBLAS

/// The largest eigenvalues of a symmetric matrix and their eigenvectors, largest first.
///
/// Each eigenvector's largest element (the first of equal ones) is made positive, since a sign is otherwise free and
/// would depend on the library's version.
///
/// - Parameters:
///   - matrix: (side x side), symmetric, row-major.
///   - count: how many, at most `side`.
/// - Returns: `values` (count), `vectors` one array (side) each. Fewer when LAPACK does not converge, which happens
///   only where the matrix holds NaN or infinity.
package func largestEigenvectors(
    ofSymmetric matrix: [Double],
    side: Int,
    count: Int
) -> (values: [Double], vectors: [[Double]]) {
    precondition(matrix.count == side * side, "not a square matrix")
    let wanted = min(count, side)
    guard wanted > 0, matrix.allSatisfy(\.isFinite) else { return ([], []) }
    OpenBLASThreads.setSingle()
    let found = SymmetricEigenproblem(matrix: matrix, side: side, wanted: wanted).solve()
    var values: [Double] = []
    var vectors: [[Double]] = []
    // LAPACK counts upward.
    for index in (0..<found.count).reversed() {
        values.append(found.values[index])
        vectors.append(withFixedSign(Array(found.vectors[index * side..<(index + 1) * side])))
    }
    return (values, vectors)
}

/// The vector or its negative, so that the first element of largest magnitude is positive.
func withFixedSign(_ vector: [Double]) -> [Double] {
    var largest = 0.0
    for value in vector where abs(value) > abs(largest) { largest = value }
    return largest < 0 ? vector.map { -$0 } : vector
}

/// One call of LAPACK's `dsyevr` with the work space it asks for.
private struct SymmetricEigenproblem {
    var matrix: [Double]
    let side: Int
    let wanted: Int

    /// - Returns: the number found, their values ascending, and their vectors (found x side).
    consuming func solve() -> (count: Int, values: [Double], vectors: [Double]) {
        var values = [Double](repeating: 0, count: side)
        var vectors = [Double](repeating: 0, count: side * wanted)
        var support = [CInt](repeating: 0, count: 2 * wanted)
        var work = [Double](repeating: 0, count: 1)
        var integers = [CInt](repeating: 0, count: 1)
        // The first call only asks for the sizes of the work space.
        var state = call(&values, &vectors, &support, &work, -1, &integers, -1)
        guard state.info == 0 else { return (0, [], []) }
        let (workCount, integerCount) = (max(1, Int(work[0])), max(1, Int(integers[0])))
        work = [Double](repeating: 0, count: workCount)
        integers = [CInt](repeating: 0, count: integerCount)
        state = call(&values, &vectors, &support, &work, workCount, &integers, integerCount)
        guard state.info == 0 else { return (0, [], []) }
        return (Int(state.found), values, vectors)
    }

    private mutating func call(
        _ values: inout [Double],
        _ vectors: inout [Double],
        _ support: inout [CInt],
        _ work: inout [Double],
        _ workCount: Int,
        _ integers: inout [CInt],
        _ integerCount: Int
    ) -> (info: CInt, found: CInt) {
        var (info, found): (CInt, CInt) = (0, 0)
        let order = CInt(side)
        let (first, last) = (CInt(side - wanted + 1), CInt(side))
        let (workSize, integerSize) = (CInt(workCount), CInt(integerCount))
        let unused = 0.0
        // SAFETY: the matrix and the vectors are side x side and wanted x side, the values hold `side`, the support
        // 2 x wanted and the work space what LAPACK asked for; it keeps no pointer.
        unsafe dsyevr_(
            "V",
            "I",
            "L",
            [order],
            &matrix,
            [order],
            [unused],
            [unused],
            [first],
            [last],
            [unused],
            &found,
            &values,
            &vectors,
            [order],
            &support,
            &work,
            [workSize],
            &integers,
            [integerSize],
            &info,
            1,
            1,
            1
        )
        return (info, found)
    }
}

/// The largest difference as a share of the largest expected element; infinite if something is no number.
func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    let largest = expected.map { abs(Double($0)) }.max() ?? 0
    let difference = zip(found, expected).map { abs(Double($0) - Double($1)) }.max() ?? 0
    return difference / max(largest, 1e-12)
}

/// Euclidean length.
func length(_ values: some Sequence<Float>) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
}

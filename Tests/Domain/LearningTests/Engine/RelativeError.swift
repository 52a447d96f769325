/// The largest difference between numbers of single precision and what they should be, as a share of the largest of these;
/// infinite if a number is none or one is missing.
func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
    // A comparison with NaN is false, so that a maximum would pass over it.
    guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
    let largest = expected.map(abs).max() ?? 0
    return (zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0) / max(largest, 1e-12)
}

private import COpenBLAS

/// The sum of some numbers.
///
/// OpenBLAS has a routine for it, `cblas_ssum`, whose version 0.3.21 skips numbers on CPUs with AVX-512
/// (measured).
package func sumOfElements(_ values: Span<Float>) -> Float {
    let count = values.count
    let whole = count - count % 4
    // Four sums side by side: one alone would wait for each addition.
    var (a, b, c, d): (Float, Float, Float, Float) = (0, 0, 0, 0)
    for index in stride(from: 0, to: whole, by: 4) {
        a += values[index]
        b += values[index + 1]
        c += values[index + 2]
        d += values[index + 3]
    }
    for index in whole..<count { a += values[index] }
    return (a + b) + (c + d)
}

/// The sum of two vectors' products, element by element, added in an order of OpenBLAS's choice.
///
/// - Parameters:
///   - a: (N).
///   - b: (N).
package func dotProduct(_ a: Span<Float>, _ b: Span<Float>) -> Float {
    precondition(a.count == b.count, "vectors of two dimensions")
    // SAFETY: both hold `count` floats, checked above, and C keeps no pointer.
    return unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
            unsafe cblas_sdot(blasint(a.count), a.baseAddress, 1, b.baseAddress, 1)
        }
    }
}

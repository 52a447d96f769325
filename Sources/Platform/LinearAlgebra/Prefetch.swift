private import CKernels

/// Brings memory nearer that is about to be read.
@inline(__always)
package func prefetch(_ values: Span<Float>) {
    // SAFETY: a prefetch reads nothing, and the values are there all the same.
    unsafe values.withUnsafeBufferPointer { unsafe carina_prefetch($0.baseAddress, 4 * $0.count) }
}

/// Brings memory nearer that is about to be read; an address where nothing is does no harm.
@inline(__always)
package func prefetch(_ start: UnsafeRawPointer, byteCount: Int) {
    unsafe carina_prefetch(start, byteCount)
}

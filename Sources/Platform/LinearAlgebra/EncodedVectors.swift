internal import CKernels

/// Vectors as codes, before they are laid out.
package struct EncodedVectors: Sendable {
    /// (N, C), values of 0...15.
    package var codes: [UInt8]
    /// (N, P), squared lengths of what the head's codes stand for.
    package var headLengths: [Float]
    /// (N, P), the same for the tail.
    package var tailLengths: [Float]
    /// (N), distance of the head's codes to the vector's head.
    package var headErrors: [Float]
    /// (N), distance of the codes to the vector.
    package var errors: [Float]
    /// (N), distance of the vector to the center, in the tail.
    package var tailDistances: [Float]

    /// Codes rotated vectors around a center.
    ///
    /// - Parameters:
    ///   - rotated: (N, C).
    ///   - steps: (C), 0 at positions that hold nothing.
    ///   - partOf: (C), the part of each position.
    package init(rotated: Span<Float>, center: [Float], steps: [Float], partOf: [UInt16], partCount: Int) {
        let width = center.count
        let rows = width == 0 ? 0 : rotated.count / width
        precondition(
            rotated.count == rows * width && steps.count == width && partOf.count == width,
            "not (N, C)"
        )
        precondition(partOf.allSatisfy { $0 < partCount }, "a part that is not there")
        codes = Array(repeating: 0, count: rows * width)
        headLengths = Array(repeating: 0, count: rows * partCount)
        tailLengths = headLengths
        headErrors = Array(repeating: 0, count: rows)
        errors = headErrors
        tailDistances = headErrors
        // SAFETY: all counts were checked or made above; C keeps no pointer.
        unsafe rotated.withUnsafeBufferPointer { rotated in
            unsafe carina_encode(
                rotated.baseAddress,
                rows,
                width,
                center,
                steps,
                partOf,
                partCount,
                &codes,
                &headLengths,
                &tailLengths,
                &headErrors,
                &errors,
                &tailDistances
            )
        }
    }
}

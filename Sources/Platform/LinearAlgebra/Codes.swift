internal import CKernels

// Four-bit codes of vectors and lower bounds read from them. How codes lie in memory is defined in
// Sources/System/CKernels/include/codes.h; why the bounds hold, in Sources/Domain/Neighbors/CodeBound.swift.

/// How codes lie in memory: the sizes that the kernels are written for.
package enum CodeShape {
    /// Positions of the head, which a scan reads first.
    package static let headPositions = Int(CARINA_HEAD_POSITIONS)
    /// Vectors of a block.
    package static let blockVectors = Int(CARINA_BLOCK_VECTORS)
    /// Words of a tail that are multiplied at once.
    package static let tailGroup = Int(CARINA_TAIL_GROUP)
    /// Bytes of a block's planes, behind its header.
    package static let planeBytes = headPositions * blockVectors / 2

    /// Bytes of a block of vectors of so many parts.
    package static func blockBytes(partCount: Int) -> Int {
        ((2 + partCount) * blockVectors + 63) / 64 * 64 + planeBytes
    }

    /// Words that the kernels multiply for a tail of so many.
    package static func paddedWords(_ words: Int) -> Int {
        (words + tailGroup - 1) / tailGroup * tailGroup
    }
}

/// A query as the codes of one partition meet it: what the products of codes and factors lack.
package struct CodeTerms: Sendable {
    var scale: Float = 0
    var headBase: Float = 0
    var tailBase: Float = 0
    var slack: Float = 0
    var tailLow: Float = 0
    var tailHigh: Float = 0

    /// No terms yet.
    package init() {}

    init(_ terms: carina_query_terms) {
        scale = terms.scale
        headBase = terms.head_base
        tailBase = terms.tail_base
        slack = terms.slack
        tailLow = terms.tail_low
        tailHigh = terms.tail_high
    }

    var forC: carina_query_terms {
        carina_query_terms(
            scale: scale,
            head_base: headBase,
            tail_base: tailBase,
            slack: slack,
            tail_low: tailLow,
            tail_high: tailHigh
        )
    }
}

/// How far a scan of codes looks.
package struct CodeReach: Sendable {
    /// Radius in code space.
    package var radius: Float
    /// What a vector's own coding error counts.
    package var errorWeight: Float
    /// The least weight of a part.
    package var leastWeight: Float
    /// What the query's image may be off by, weights left out.
    package var imageError: Float

    /// A reach.
    package init(radius: Float, errorWeight: Float, leastWeight: Float, imageError: Float) {
        self.radius = radius
        self.errorWeight = errorWeight
        self.leastWeight = leastWeight
        self.imageError = imageError
    }

    var forC: carina_code_reach {
        carina_code_reach(
            radius: radius,
            error_weight: errorWeight,
            least_weight: leastWeight,
            image_error: imageError
        )
    }
}

/// Turns a rotated query into factors of one partition's codes.
///
/// - Parameters:
///   - query: (C), as `center`, `steps`, `weights` and `factors`; C is a multiple of 16.
///   - center: upper halves of floats, as `steps`; see `UpperHalf`.
///   - factors: overwritten.
package func codeFactors(
    query: Span<Float>,
    center: Span<UInt16>,
    steps: Span<UInt16>,
    weights: Span<Float>,
    into factors: inout MutableSpan<Int16>
) -> CodeTerms {
    let count = query.count
    precondition(count % CodeShape.blockVectors == 0 && center.count == count, "not whole lanes")
    precondition(steps.count == count && weights.count == count && factors.count == count, "counts differ")
    var terms = carina_query_terms()
    // SAFETY: five arrays of `count`, checked above; C keeps no pointer.
    unsafe query.withUnsafeBufferPointer { query in
        unsafe center.withUnsafeBufferPointer { center in
            unsafe steps.withUnsafeBufferPointer { steps in
                unsafe weights.withUnsafeBufferPointer { weights in
                    unsafe factors.withUnsafeMutableBufferPointer { factors in
                        unsafe carina_query_factors(
                            query.baseAddress,
                            center.baseAddress,
                            steps.baseAddress,
                            weights.baseAddress,
                            count,
                            factors.baseAddress,
                            &terms
                        )
                    }
                }
            }
        }
    }
    return CodeTerms(terms)
}

/// A query as rings meet it.
package struct RingQuery: Sendable {
    /// (P + 1), bounds on its distance to the reference point, part by part, then of all parts together.
    package var low: [Float]
    package var high: [Float]
    /// (P).
    package let weights: [Float]
    private let leastWeight: Float

    /// A query without distances.
    package init(weights: [Float]) {
        self.low = Array(repeating: 0, count: weights.count + 1)
        self.high = low
        self.weights = weights
        self.leastWeight = weights.min() ?? 0
    }

    /// Clears the masks of blocks whose rings are beyond a limit of squared distances.
    ///
    /// - Parameters:
    ///   - masks: (N), of which those of the first `closedCount` blocks may be cleared.
    ///   - extents: (P + 1, 2, R), smallest and largest distance of each ring's vectors to the reference point, part by
    ///     part, then of all parts together, as multiples of `scale`.
    /// - Returns: lanes that are left in all masks.
    package func keepRings(
        in masks: inout MutableSpan<UInt16>,
        closedCount: Int,
        extents: Span<UInt16>,
        scale: Float,
        limit: Float
    ) -> Int {
        let ringCount = extents.count / (2 * low.count)
        precondition(
            extents.count == 2 * low.count * ringCount && low.count == high.count,
            "extents are not (P + 1, 2, R)"
        )
        precondition(closedCount <= ringCount && closedCount <= masks.count, "fewer rings than masks")
        // SAFETY: the counts were checked above; C keeps no pointer.
        return unsafe masks.withUnsafeMutableBufferPointer { masks in
            unsafe extents.withUnsafeBufferPointer { extents in
                unsafe carina_keep_rings(
                    extents.baseAddress,
                    scale,
                    ringCount,
                    closedCount,
                    low,
                    high,
                    weights,
                    weights.count,
                    leastWeight,
                    limit,
                    masks.baseAddress,
                    masks.count
                )
            }
        }
    }
}

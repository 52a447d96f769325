private import CKernels

// Squared Euclidean distances in one fixed order of additions: sixteen lanes, then a fixed tree, nothing fused.
// The bits are the same on every CPU, so an answer does not depend on the machine, shard or thread that gave it.
// The order is defined in Sources/System/CKernels/include/distance.h.

/// Lanes of the fixed order; padding a vector with zeros to a multiple of this changes no bit of a distance.
package let distanceLaneCount = 16

/// Squared distance of two vectors.
///
/// - Parameters:
///   - a: (D).
///   - b: (D).
package func squaredDistance(_ a: Span<Float>, _ b: Span<Float>) -> Float {
    precondition(a.count == b.count, "vectors of two dimensions")
    // SAFETY: both pointers hold `count` floats, checked above, and C keeps neither.
    return unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
            unsafe carina_squared_distance(a.baseAddress, b.baseAddress, a.count)
        }
    }
}

/// Writes the squared distance from one query to every row.
///
/// - Parameters:
///   - output: (N), overwritten.
///   - rows: (N, D), row-major.
///   - query: (D).
package func squaredDistances(into output: inout MutableSpan<Float>, rows: Span<Float>, query: Span<Float>) {
    precondition(rows.count == output.count * query.count, "rows are not (N, D)")
    // SAFETY: N rows of D floats and N results, checked above; C keeps no pointer.
    unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe query.withUnsafeBufferPointer { query in
                unsafe carina_squared_distances(
                    query.baseAddress,
                    rows.baseAddress,
                    output.count,
                    query.count,
                    output.baseAddress
                )
            }
        }
    }
}

/// Writes the squared distance from one query to every row, part by part.
///
/// - Parameters:
///   - output: (N, P), overwritten.
///   - rows: (N, D), row-major.
///   - query: (D).
///   - partEnds: (P), ascending; part p is the elements from the end before to its own; the last is D.
package func partSquaredDistances(
    into output: inout MutableSpan<Float>,
    rows: Span<Float>,
    query: Span<Float>,
    partEnds: Span<UInt32>
) {
    precondition(areEnds(partEnds, of: query.count), "parts do not cover the vector")
    let rowCount = output.count / partEnds.count
    precondition(output.count == rowCount * partEnds.count, "output is not (N, P)")
    precondition(rows.count == rowCount * query.count, "rows are not (N, D)")
    // SAFETY: N rows of D floats, N times P results and ends within D, checked above; C keeps no pointer.
    unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe query.withUnsafeBufferPointer { query in
                unsafe partEnds.withUnsafeBufferPointer { ends in
                    unsafe carina_part_squared_distances(
                        query.baseAddress,
                        rows.baseAddress,
                        rowCount,
                        ends.baseAddress,
                        ends.count,
                        output.baseAddress
                    )
                }
            }
        }
    }
}

/// Writes the squared distances from one query to chosen rows, part by part, and leaves those of the others alone.
///
/// - Parameters:
///   - output: (N, P).
///   - rows: (N, D), row-major.
///   - chosen: numbers of rows.
///   - query: (D).
///   - partEnds: (P), ascending; the last is D.
package func partSquaredDistances(
    into output: inout MutableSpan<Float>,
    rows: Span<Float>,
    chosen: [UInt32],
    query: Span<Float>,
    partEnds: Span<UInt32>
) {
    precondition(areEnds(partEnds, of: query.count), "parts do not cover the vector")
    let rowCount = output.count / partEnds.count
    precondition(output.count == rowCount * partEnds.count, "output is not (N, P)")
    precondition(rows.count == rowCount * query.count, "rows are not (N, D)")
    precondition(chosen.allSatisfy { $0 < rowCount }, "a row that is not there")
    // SAFETY: N rows of D floats, N times P results, numbers below N and ends within D, checked above; C keeps no
    // pointer.
    unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe query.withUnsafeBufferPointer { query in
                unsafe partEnds.withUnsafeBufferPointer { ends in
                    unsafe carina_chosen_part_squared_distances(
                        query.baseAddress,
                        rows.baseAddress,
                        chosen,
                        chosen.count,
                        ends.baseAddress,
                        ends.count,
                        output.baseAddress
                    )
                }
            }
        }
    }
}

/// Weighted squared distance of two vectors of parts: Σ weight · squared distance of the part, in the parts' order.
///
/// Gives up after the part with which the sum rises above `limit` and returns the sum so far: the whole sum is
/// not below it, in floating point too, since no term is negative and rounding is monotone.
///
/// - Parameters:
///   - query: (D).
///   - row: (D).
///   - partEnds: (P), ascending; the last is D. The caller checks them once for all rows.
///   - weights: (P), none negative.
///   - limit: `.infinity` for the whole sum.
package func weightedSquaredDistance(
    _ query: Span<Float>,
    _ row: Span<Float>,
    partEnds: Span<UInt32>,
    weights: Span<Float>,
    limit: Float
) -> Float {
    precondition(query.count == row.count, "vectors of two dimensions")
    precondition(weights.count == partEnds.count, "not one weight for each part")
    precondition(areEnds(partEnds, of: query.count), "parts do not cover the vector")
    // SAFETY: D floats each, P ends within D and P weights, checked above; C keeps no pointer.
    return unsafe query.withUnsafeBufferPointer { query in
        unsafe row.withUnsafeBufferPointer { row in
            unsafe partEnds.withUnsafeBufferPointer { ends in
                unsafe weights.withUnsafeBufferPointer { weights in
                    unsafe carina_weighted_squared_distance(
                        query.baseAddress,
                        row.baseAddress,
                        ends.baseAddress,
                        weights.baseAddress,
                        ends.count,
                        limit
                    )
                }
            }
        }
    }
}

/// The squared distance as one level of the CPU's instruction sets computes it, for tests: all must agree.
package func squaredDistance(_ a: Span<Float>, _ b: Span<Float>, level: Int) -> Float {
    precondition(a.count == b.count, "vectors of two dimensions")
    precondition((0..<distanceLevelCount).contains(level), "the CPU has no such level")
    // SAFETY: both pointers hold `count` floats and the CPU runs this level, checked above.
    return unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
            unsafe carina_squared_distance_at_level(level, a.baseAddress, b.baseAddress, a.count)
        }
    }
}

/// Number of instruction sets that the kernels were compiled for and this CPU can run, at least 1.
package var distanceLevelCount: Int { carina_distance_level_count() }

/// Whether ends ascend, cover (D) and so keep every part inside the vector.
private func areEnds(_ ends: Span<UInt32>, of dimension: Int) -> Bool {
    guard ends.count > 0 else { return false }
    for index in 1..<ends.count where ends[index - 1] > ends[index] {
        return false
    }
    return ends[ends.count - 1] == UInt32(dimension)
}

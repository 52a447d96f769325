internal import CKernels

/// The vectors that a scan of codes could not rule out.
package struct CodeCandidates: Sendable {
    /// Their slots; the first `count` count.
    private var slots: [UInt32]
    /// Of each: after `scanHeads` a number for `scanTails`, after that a lower bound on the distance in code space.
    private var scores: [Float]
    /// How many there are.
    package private(set) var count = 0

    /// Room for the candidates of a partition of so many slots.
    package init(room: Int) {
        let room = room + CodeShape.blockVectors
        slots = Array(repeating: 0, count: room)
        scores = Array(repeating: 0, count: room)
    }

    /// The slot of a candidate.
    @inline(__always)
    package func slot(_ index: Int) -> Int { Int(slots[index]) }

    /// A lower bound on a candidate's distance in code space.
    @inline(__always)
    package func bound(_ index: Int) -> Float { scores[index] }

    /// Looks at the heads of a partition's codes.
    ///
    /// - Parameters:
    ///   - blocks: (N, `blockBytes`).
    ///   - masks: (N), the lanes to look at.
    ///   - factors: (C), from `codeFactors`, as `terms`.
    ///   - scales: (2 + P), of errors, of each part's squared lengths, of distances in the tail.
    ///   - partWeights: (P).
    package mutating func scanHeads(
        blocks: RawSpan,
        masks: Span<UInt16>,
        factors: Span<Int16>,
        terms: CodeTerms,
        scales: Span<Float>,
        partWeights: Span<Float>,
        reach: CodeReach
    ) {
        let partCount = partWeights.count
        let blockBytes = CodeShape.blockBytes(partCount: partCount)
        precondition(blocks.byteCount >= masks.count * blockBytes, "fewer blocks than masks")
        precondition(masks.count * CodeShape.blockVectors + CodeShape.blockVectors <= slots.count, "no room")
        precondition(
            factors.count >= CodeShape.headPositions && scales.count == 2 + partCount,
            "counts differ"
        )
        var (terms, reach) = (terms.forC, reach.forC)
        // SAFETY: blocks, lanes, factors and scales were counted above; a mask names no lane beyond its block, so there
        // are at most N times 16 results; C keeps no pointer.
        count = unsafe blocks.withUnsafeBytes { blocks in
            unsafe masks.withUnsafeBufferPointer { masks in
                unsafe factors.withUnsafeBufferPointer { factors in
                    unsafe scales.withUnsafeBufferPointer { scales in
                        unsafe partWeights.withUnsafeBufferPointer { weights in
                            unsafe carina_scan_heads(
                                blocks.baseAddress,
                                blockBytes,
                                masks.baseAddress,
                                masks.count,
                                factors.baseAddress,
                                &terms,
                                scales.baseAddress,
                                weights.baseAddress,
                                partCount,
                                &reach,
                                &slots,
                                &scores
                            )
                        }
                    }
                }
            }
        }
    }

    /// Looks at the whole codes of the candidates and keeps those that may lie within reach.
    ///
    /// - Parameters:
    ///   - tails: of all slots, each `tailBytes`, with 64 bytes behind the start of the last.
    ///   - words: 16-bit words of a tail.
    package mutating func scanTails(
        tails: RawSpan,
        tailBytes: Int,
        words: Int,
        factors: Span<Int16>,
        terms: CodeTerms,
        partWeights: Span<Float>,
        reach: CodeReach
    ) {
        let padded = CodeShape.paddedWords(words)
        precondition(factors.count == CodeShape.headPositions + 4 * padded, "factors do not fit the tails")
        precondition(tailBytes >= 2 * words + 4 * (partWeights.count + 1), "a tail that does not fit")
        let largest = slots[..<count].max() ?? 0
        precondition(
            count == 0 || tails.byteCount >= Int(largest) * tailBytes + max(tailBytes, 2 * padded),
            "a candidate without a tail"
        )
        var (terms, reach) = (terms.forC, reach.forC)
        let found = count
        // SAFETY: the farthest tail that is read was checked above, so were the factors; C keeps no pointer.
        count = unsafe tails.withUnsafeBytes { tails in
            unsafe factors.withUnsafeBufferPointer { factors in
                unsafe partWeights.withUnsafeBufferPointer { weights in
                    unsafe carina_scan_tails(
                        tails.baseAddress,
                        tailBytes,
                        words,
                        factors.baseAddress,
                        &terms,
                        weights.baseAddress,
                        weights.count,
                        &reach,
                        &slots,
                        &scores,
                        found
                    )
                }
            }
        }
    }

    /// Takes slots as candidates of which nothing is proven.
    package mutating func take(_ chosen: some Sequence<UInt32>) {
        count = 0
        for slot in chosen {
            slots[count] = slot
            scores[count] = 0
            count += 1
        }
    }

    /// Brings the nearest bounds to the front: all in order if there are few, else only the first of them.
    package mutating func sortNearestFirst() {
        let ordered = count <= 32 ? count : 8
        for place in 0..<ordered {
            var least = place
            for other in place + 1..<max(place + 1, count) where scores[other] < scores[least] {
                least = other
            }
            slots.swapAt(place, least)
            scores.swapAt(place, least)
        }
    }
}

/// Lower bounds on distances in code space from the heads of codes, one for each lane of each block; 0 where nothing is
/// proven.
///
/// - Parameters:
///   - blocks: (N, `CodeShape.blockBytes`).
///   - factors: (C), from `codeFactors`, as `terms`.
///   - scales: (2 + P), of errors, of each part's squared lengths, of distances in the tail.
///   - partWeights: (P).
/// - Returns: (N, 16).
package func headBounds(
    blocks: RawSpan,
    factors: Span<Int16>,
    terms: CodeTerms,
    scales: Span<Float>,
    partWeights: Span<Float>,
    reach: CodeReach
) -> [Float] {
    let partCount = partWeights.count
    let blockBytes = CodeShape.blockBytes(partCount: partCount)
    let blockCount = blocks.byteCount / blockBytes
    precondition(factors.count >= CodeShape.headPositions && scales.count == 2 + partCount, "counts differ")
    var bounds = [Float](repeating: 0, count: blockCount * CodeShape.blockVectors)
    var (terms, reach) = (terms.forC, reach.forC)
    // SAFETY: the counts were checked or made above; C keeps no pointer.
    unsafe blocks.withUnsafeBytes { blocks in
        unsafe factors.withUnsafeBufferPointer { factors in
            unsafe scales.withUnsafeBufferPointer { scales in
                unsafe partWeights.withUnsafeBufferPointer { weights in
                    unsafe carina_head_bounds(
                        blocks.baseAddress,
                        blockBytes,
                        blockCount,
                        factors.baseAddress,
                        &terms,
                        scales.baseAddress,
                        weights.baseAddress,
                        partCount,
                        &reach,
                        &bounds
                    )
                }
            }
        }
    }
    return bounds
}

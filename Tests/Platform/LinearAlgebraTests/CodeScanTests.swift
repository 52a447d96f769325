import Testing

@testable import LinearAlgebra

/// Codes laid out as `codes.h` defines it, by the plainest means, and what scans of them should find.
private struct CodeTwin {
    let partCount: Int
    let words: Int
    let vectorCount: Int
    let codes: [[UInt8]]
    let headErrors: [UInt8]
    let headLengths: [[UInt8]]
    let tailDistances: [UInt8]
    let tailLengths: [[Float]]
    let errors: [Float]
    let scales: [Float]

    var positionCount: Int { CodeShape.headPositions + 4 * CodeShape.paddedWords(words) }
    var blockBytes: Int { CodeShape.blockBytes(partCount: partCount) }
    var tailBytes: Int { (2 * words + 4 * (partCount + 1) + 15) / 16 * 16 }

    init(partCount: Int, words: Int, vectorCount: Int, random: inout SeededGenerator) {
        let positions = CodeShape.headPositions + 4 * CodeShape.paddedWords(words)
        self.partCount = partCount
        self.words = words
        self.vectorCount = vectorCount
        var codes: [[UInt8]] = []
        for _ in 0..<vectorCount { codes.append((0..<positions).map { _ in UInt8(random.below(16)) }) }
        self.codes = codes
        self.headErrors = (0..<vectorCount).map { _ in UInt8(random.below(20) == 0 ? 255 : random.below(200))
        }
        self.headLengths = (0..<vectorCount).map { _ in (0..<partCount).map { _ in UInt8(random.below(256)) }
        }
        self.tailLengths = (0..<vectorCount).map { _ in (0..<partCount).map { _ in Float(random.unit()) } }
        self.errors = (0..<vectorCount).map { _ in Float(random.unit()) * 0.2 }
        self.tailDistances = (0..<vectorCount).map { _ in UInt8(random.below(256)) }
        self.scales = [0.001] + (0..<partCount).map { _ in Float(0.002 + 0.002 * random.unit()) } + [0.01]
    }

    /// (N, blockBytes).
    func blocks() -> [UInt8] {
        let blockCount = (vectorCount + 15) / 16
        var bytes = [UInt8](repeating: 0, count: blockCount * blockBytes)
        for vector in 0..<vectorCount {
            let (block, lane) = (vector / 16 * blockBytes, vector % 16)
            bytes[block + lane] = headErrors[vector]
            for part in 0..<partCount { bytes[block + (1 + part) * 16 + lane] = headLengths[vector][part] }
            bytes[block + (1 + partCount) * 16 + lane] = tailDistances[vector]
            let planes = block + blockBytes - CodeShape.planeBytes
            for position in 0..<CodeShape.headPositions {
                let (plane, nibble, half) = (position / 8, position % 8 / 2, position % 2)
                let byte = planes + plane * 64 + (lane * 2 + half) * 2 + nibble / 2
                bytes[byte] |= codes[vector][position] << UInt8(nibble % 2 * 4)
            }
        }
        return bytes
    }

    func tails() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: vectorCount * tailBytes + 2 * CodeShape.paddedWords(words))
        for vector in 0..<vectorCount {
            let start = vector * tailBytes
            for word in 0..<words {
                for nibble in 0..<4 {
                    let position = CodeShape.headPositions + nibble * CodeShape.paddedWords(words) + word
                    bytes[start + 2 * word + nibble / 2] |= codes[vector][position] << UInt8(nibble % 2 * 4)
                }
            }
            for (index, value) in (tailLengths[vector] + [errors[vector]]).enumerated() {
                for byte in 0..<4 {
                    bytes[start + 2 * words + 4 * index + byte] =
                        UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * byte))
                }
            }
        }
        return bytes
    }

    /// A lower bound on the gap between the tails' distances to the center.
    func tailGap(_ vector: Int, _ terms: CodeTerms) -> Double {
        let scale = Double(scales[1 + partCount])
        let (low, high) = (
            Double(tailDistances[vector]) * scale, (Double(tailDistances[vector]) + 1.5) * scale
        )
        return max(0, low - Double(terms.tailHigh), Double(terms.tailLow) - high)
    }

    /// Positions that a code has; those of the padding count for nothing.
    func isUsed(_ position: Int) -> Bool {
        position < CodeShape.headPositions
            || (position - CodeShape.headPositions) % CodeShape.paddedWords(words) < words
    }

    func product(_ vector: Int, _ factors: [Int16], _ range: Range<Int>) -> Double {
        range.filter(isUsed).reduce(0.0) { $0 + Double(factors[$1]) * Double(codes[vector][$1]) }
    }
}

@Suite struct CodeScanTests {
    @Test(
        "scans of codes agree with their definition, number by number",
        arguments: [(1, 0), (1, 8), (2, 24), (3, 36), (2, 70), (5, 33)]
    )
    func scans(partCount: Int, words: Int) {
        var random = SeededGenerator(seed: UInt64(100 * partCount + words))
        for count in [1, 15, 16, 17, 100] {
            let twin = CodeTwin(partCount: partCount, words: words, vectorCount: count, random: &random)
            let size = twin.positionCount
            let numbers = { (random: inout SeededGenerator) in (0..<size).map { _ in random.symmetric(1) } }
            let query = numbers(&random)
            let center = numbers(&random).map { UpperHalf.rounded($0) }
            // Nothing is coded at the positions of the padding.
            let steps = numbers(&random).enumerated()
                .map { UpperHalf.rounded(twin.isUsed($0) ? abs($1) * 0.1 : 0) }
            let positionWeights = numbers(&random).map { abs($0) }
            var factors = [Int16](repeating: 0, count: size)
            var output = factors.mutableSpan
            let terms = codeFactors(
                query: query.span,
                center: center.span,
                steps: steps.span,
                weights: positionWeights.span,
                into: &output
            )
            checkFactors(
                factors,
                terms,
                query,
                center.map(UpperHalf.widened),
                steps.map(UpperHalf.widened),
                positionWeights
            )
            let weights = (0..<partCount).map { _ in Float(random.unit()) }
            check(twin, factors: factors, terms: terms, weights: weights)
        }
    }

    /// Each factor is the product that it stands for, within half a unit; the bases are the sums that they stand for.
    private func checkFactors(
        _ factors: [Int16],
        _ terms: CodeTerms,
        _ query: [Float],
        _ center: [Float],
        _ steps: [Float],
        _ weights: [Float]
    ) {
        var (head, tail) = (0.0, 0.0)
        for position in factors.indices {
            let offset = Double(query[position]) - Double(center[position])
            let factor = Double(weights[position]) * offset * Double(steps[position])
            #expect(
                abs(Double(factors[position]) * Double(terms.scale) - factor) <= 0.51 * Double(terms.scale)
            )
            let base = Double(weights[position]) * offset * offset + 15 * factor
            if position < CodeShape.headPositions { head += base } else { tail += base }
        }
        #expect(abs(Double(terms.headBase) - head) < 1e-4)
        #expect(abs(Double(terms.tailBase) - tail) < 1e-3)
        #expect(Double(terms.slack) >= 7.5 * Double(factors.count) * Double(terms.scale))
    }

    private func check(_ twin: CodeTwin, factors: [Int16], terms: CodeTerms, weights: [Float]) {
        let blocks = twin.blocks()
        let tails = twin.tails()
        let masks = (0..<(twin.vectorCount + 15) / 16).map { block -> UInt16 in
            let rest = twin.vectorCount - 16 * block
            return rest >= 16 ? .max : UInt16(1) << UInt16(rest) - 1
        }
        let head = 0..<CodeShape.headPositions
        let whole = 0..<twin.positionCount
        for (radius, leastWeight) in [
            (Float(0.2), Float(0)), (1, 0), (3, 0), (1, 0.5), (3, 0.1), (.infinity, 0.5),
        ] {
            let reach = CodeReach(radius: radius, errorWeight: 0.7, leastWeight: leastWeight, imageError: 0)
            var candidates = CodeCandidates(room: 16 * masks.count)
            candidates.scanHeads(
                blocks: blocks.span.bytes,
                masks: masks.span,
                factors: factors.span,
                terms: terms,
                scales: twin.scales.span,
                partWeights: weights.span,
                reach: reach
            )
            let found = Set((0..<candidates.count).map { candidates.slot($0) })
            for vector in 0..<twin.vectorCount {
                let score = score(twin, vector, factors, terms, weights, head)
                let square = score + Double(terms.headBase) - Double(terms.slack)
                // What the tails leave of the radius is rounded up generously: only what is left out is judged then.
                let gap = twin.tailGap(vector, terms)
                let rest = max(0, Double(radius) * Double(radius) - Double(leastWeight) * gap * gap)
                    .squareRoot()
                let limit = rest + 0.7 * Double(twin.headErrors[vector]) * Double(twin.scales[0])
                guard twin.headErrors[vector] < 255, radius.isFinite else {
                    #expect(found.contains(vector))
                    continue
                }
                if abs(square - limit * limit) < 1e-3 { continue }
                if leastWeight == 0 {
                    #expect(found.contains(vector) == (square < limit * limit))
                } else if !found.contains(vector) {
                    #expect(square > limit * limit)
                }
            }
            candidates.scanTails(
                tails: tails.span.bytes,
                tailBytes: twin.tailBytes,
                words: twin.words,
                factors: factors.span,
                terms: terms,
                partWeights: weights.span,
                reach: reach
            )
            let kept = Dictionary(
                uniqueKeysWithValues: (0..<candidates.count).map {
                    (candidates.slot($0), candidates.bound($0))
                }
            )
            for vector in found {
                var square = score(twin, vector, factors, terms, weights, whole)
                for part in weights.indices {
                    square += Double(weights[part]) * Double(twin.tailLengths[vector][part])
                }
                square += Double(terms.headBase) + Double(terms.tailBase) - Double(terms.slack)
                let error = 0.7 * Double(twin.errors[vector])
                let limit = Double(radius) + error
                if abs(square - limit * limit) < 1e-3 { continue }
                #expect((kept[vector] != nil) == !(square > limit * limit))
                if let bound = kept[vector] {
                    #expect(abs(Double(bound) - max(0, max(0, square).squareRoot() - error)) < 1e-3)
                }
            }
        }
    }

    private func score(
        _ twin: CodeTwin,
        _ vector: Int,
        _ factors: [Int16],
        _ terms: CodeTerms,
        _ weights: [Float],
        _ positions: Range<Int>
    ) -> Double {
        var score = -2 * Double(terms.scale) * twin.product(vector, factors, positions)
        for part in weights.indices {
            score +=
                Double(weights[part]) * Double(twin.scales[1 + part]) * Double(twin.headLengths[vector][part])
        }
        return score
    }
}

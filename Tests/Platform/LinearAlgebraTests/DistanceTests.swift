import LinearAlgebra
import Testing

/// The fixed order in plain Swift, written from its definition: slow, and the judge of the kernels.
private func slowSquaredDistance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    var lanes = [Float](repeating: 0, count: 16)
    for (index, (x, y)) in zip(a, b).enumerated() {
        let difference = x - y
        let square = difference * difference
        lanes[index % 16] = lanes[index % 16] + square
    }
    while lanes.count > 1 {
        let half = lanes.count / 2
        lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
    }
    return lanes[0]
}

private func randomVector(_ count: Int, using generator: inout SplitMix) -> [Float] {
    // Magnitudes from 2⁻²⁰ to 2²⁰, so that another order of additions would show.
    (0..<count).map { _ in
        Float.random(in: -1...1, using: &generator)
            * Float(sign: .plus, exponent: Int.random(in: -20...20, using: &generator), significand: 1)
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct DistanceTests {
    @Test("every instruction set gives the bits of the slow twin, at every length")
    func kernelsMatchTheTwin() {
        var generator = SplitMix(state: 1)
        for count in 0...300 {
            let a = randomVector(count, using: &generator)
            let b = randomVector(count, using: &generator)
            let expected = slowSquaredDistance(a[...], b[...])
            #expect(squaredDistance(a.span, b.span).bitPattern == expected.bitPattern, "dimension \(count)")
            for level in 0..<distanceLevelCount {
                let found = squaredDistance(a.span, b.span, level: level)
                #expect(found.bitPattern == expected.bitPattern, "dimension \(count), level \(level)")
            }
        }
    }

    @Test("padding with zeros to whole lanes changes no bit")
    func paddingIsNeutral() {
        var generator = SplitMix(state: 2)
        for count in 1...64 {
            let a = randomVector(count, using: &generator)
            let b = randomVector(count, using: &generator)
            let padding = [Float](repeating: 0, count: (16 - count % 16) % 16)
            let padded = squaredDistance((a + padding).span, (b + padding).span)
            #expect(padded.bitPattern == squaredDistance(a.span, b.span).bitPattern, "dimension \(count)")
        }
    }

    @Test("rows at once and parts of rows are the same distances, one by one")
    func rowsAndParts() {
        var generator = SplitMix(state: 3)
        let ends: [UInt32] = [5, 5, 37, 70]
        let query = randomVector(70, using: &generator)
        let rows = randomVector(70 * 9, using: &generator)
        var whole = [Float](repeating: -1, count: 9)
        var parts = [Float](repeating: -1, count: 9 * 4)
        var wholeSpan = whole.mutableSpan
        squaredDistances(into: &wholeSpan, rows: rows.span, query: query.span)
        var partSpan = parts.mutableSpan
        partSquaredDistances(into: &partSpan, rows: rows.span, query: query.span, partEnds: ends.span)
        for row in 0..<9 {
            let vector = rows[row * 70..<row * 70 + 70]
            #expect(whole[row].bitPattern == slowSquaredDistance(query[...], vector).bitPattern)
            var start = 0
            for (part, end) in ends.map(Int.init).enumerated() {
                let expected = slowSquaredDistance(
                    query[start..<end],
                    vector.dropFirst(start).prefix(end - start)
                )
                #expect(parts[row * 4 + part].bitPattern == expected.bitPattern)
                start = end
            }
        }
    }

    @Test("the weighted sum is that of the parts, and giving up early never passes the limit wrongly")
    func weightedSum() {
        var generator = SplitMix(state: 4)
        let ends: [UInt32] = [16, 48, 90]
        for _ in 0..<500 {
            let a = randomVector(90, using: &generator)
            let b = randomVector(90, using: &generator)
            let weights = (0..<3).map { _ in
                Bool.random(using: &generator) ? Float.random(in: 0...4, using: &generator) : 0
            }
            var expected: Float = 0
            var start = 0
            for (part, end) in ends.map(Int.init).enumerated() {
                expected = expected + weights[part] * slowSquaredDistance(a[start..<end], b[start..<end])
                start = end
            }
            let limit = expected * Float.random(in: 0...2, using: &generator)
            let whole = weighted(a, b, ends, weights, .infinity)
            let abandoned = weighted(a, b, ends, weights, limit)
            #expect(whole.bitPattern == expected.bitPattern)
            #expect((abandoned > limit) == (whole > limit))
            #expect(abandoned > limit || abandoned.bitPattern == whole.bitPattern)
        }
    }

    private func weighted(
        _ a: [Float],
        _ b: [Float],
        _ ends: [UInt32],
        _ weights: [Float],
        _ limit: Float
    ) -> Float {
        weightedSquaredDistance(a.span, b.span, partEnds: ends.span, weights: weights.span, limit: limit)
    }
}

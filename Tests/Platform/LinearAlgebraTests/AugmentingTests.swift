import LinearAlgebra
import Testing

/// SplitMix64 and the sum of a word's bytes, one by one.
private func slowNoise(seed: UInt64, count: Int) -> [Double] {
    (0..<count).map { index in
        var word = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        let sum = withUnsafeBytes(of: word) { $0.reduce(0) { $0 + Int($1) } }
        return Double(sum - 1020) / 43690.0.squareRoot()
    }
}

/// Means of 3 x 3 pixels from their definition.
private func slowBlur(_ plane: [Float], _ height: Int, _ width: Int) -> [Double] {
    (0..<height * width).map { index in
        var sum = 0.0
        for row in index / width - 1...index / width + 1 {
            for column in index % width - 1...index % width + 1 {
                let (row, column) = (min(max(row, 0), height - 1), min(max(column, 0), width - 1))
                sum += Double(plane[row * width + column])
            }
        }
        return sum / 9
    }
}

private func random(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.unit()) }
}

@Suite("Augmenting")
struct AugmentingTests {
    private static let sizes = [(1, 1), (1, 7), (5, 1), (2, 2), (9, 11), (64, 48), (33, 128)]

    @Test("affine places are those of the definition", arguments: sizes)
    func places(height: Int, width: Int) {
        let map: [Float] = [1.1, -0.2, 0.3, 0.25, 0.9, -0.4]
        var places = [Float](repeating: .nan, count: 2 * height * width)
        var span = places.mutableSpan
        writeAffinePlaces(into: &span, map: map.span, height: height, width: width)
        let twin = map.map { Double($0) }
        for index in 0..<height * width {
            let x = Double(2 * (index % width) + 1) / Double(width) - 1
            let y = Double(2 * (index / width) + 1) / Double(height) - 1
            #expect(abs(Double(places[2 * index]) - (twin[0] * x + twin[1] * y + twin[2])) < 1e-6)
            #expect(abs(Double(places[2 * index + 1]) - (twin[3] * x + twin[4] * y + twin[5])) < 1e-6)
        }
    }

    @Test("every finite half becomes the float of its value, bit by bit")
    func halves() {
        let halves = (0...UInt16.max).filter { Float16(bitPattern: $0).isFinite }
        var floats = [Float](repeating: .nan, count: halves.count)
        var span = floats.mutableSpan
        widen(into: &span, halves: halves.span)
        #expect(floats.map(\.bitPattern) == halves.map { Float(Float16(bitPattern: $0)).bitPattern })
    }

    @Test("contrast is the formula, and nothing is left as it is")
    func contrast() {
        let values = random(1001, seed: 1)
        func changed(_ curve: Float, _ gain: Float, _ offset: Float) -> [Float] {
            var result = values
            var span = result.mutableSpan
            changeContrast(of: &span, curve: curve, gain: gain, offset: offset)
            return result
        }
        #expect(changed(0, 1, 0) == values)
        for (value, found) in zip(values, changed(-0.15, 1.1, 0.04)) {
            let twin = (Double(value) - 0.15 * Double(value) * (1 - Double(value))) * 1.1 + 0.04
            #expect(abs(Double(found) - twin) < 1e-6)
        }
    }

    @Test("blur is the mean of nine", arguments: sizes)
    func blurring(height: Int, width: Int) {
        let values = random(height * width, seed: 2)
        var (result, scratch) = (values, [Float](repeating: .nan, count: height * width + 3))
        var span = result.mutableSpan
        var scratchSpan = scratch.mutableSpan
        blur(&span, height: height, width: width, scratch: &scratchSpan)
        for (found, twin) in zip(result, slowBlur(values, height, width)) {
            #expect(abs(Double(found) - twin) < 1e-6)
        }
    }

    @Test("noise is that of the slow twin, kept within 0...1")
    func noise() {
        for count in [0, 1, 7, 64, 1000] {
            let values = random(count, seed: 3)
            var found = values
            var span = found.mutableSpan
            addNoise(to: &span, seed: 77, deviation: 0.25)
            for ((value, noise), sum) in zip(zip(values, slowNoise(seed: 77, count: count)), found) {
                #expect(abs(Double(sum) - min(max(Double(value) + 0.25 * noise, 0), 1)) < 1e-6)
            }
        }
        var strange: [Float] = [.nan, .infinity, -.infinity, -0.5, 2, 0.25]
        var span = strange.mutableSpan
        addNoise(to: &span, seed: 1, deviation: 0)
        #expect(strange == [0, 1, 0, 0, 1, 0.25])
    }

    @Test("noise has the moments that are promised, and its numbers know nothing of each other")
    func moments() {
        let count = 1 << 20
        // A deviation of which no number reaches 0 or 1, for 4.88 times 0.1 is less than a half.
        var values = [Float](repeating: 0.5, count: count)
        var span = values.mutableSpan
        addNoise(to: &span, seed: 4, deviation: 0.1)
        let noise = values.map { (Double($0) - 0.5) / 0.1 }
        func mean(_ power: Int) -> Double {
            noise.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * value } }
                / Double(count)
        }
        // Five standard errors of a million draws, about: their variances are 1, 2, 6 … by the square root.
        #expect(abs(mean(1)) < 0.005)
        #expect(abs(mean(2) - 1) < 0.007)
        #expect(abs(mean(3)) < 0.02)
        #expect(abs(mean(4) - 2.85) < 0.05)
        for distance in [1, 2, 128, 129] {
            let product = zip(noise, noise.dropFirst(distance)).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(product / Double(count)) < 0.005)
        }
    }
}

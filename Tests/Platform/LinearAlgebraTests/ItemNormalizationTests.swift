import LinearAlgebra
import Testing

/// An image drawn from a seed, how its numbers lie, and what becomes of it by the definition in double precision.
private struct Case {
    static let epsilon: Float = 1e-3
    let (channels, places, width): (Int, Int, Int)
    let isHalf: Bool
    let isRectified: Bool
    /// (channels, places).
    let image: [Double]
    let gradient: [Double]
    let weights: [Float]
    let biases: [Float]

    init(channels: Int, places: Int, width: Int, isHalf: Bool, isRectified: Bool) {
        var generator = SeededGenerator(seed: UInt64(channels * 1_000 + places), stream: 6)
        func numbers(_ count: Int, around center: Float) -> [Float] {
            (0..<count).map { _ in center + generator.normal() }
        }
        func stored(_ numbers: [Float]) -> [Double] {
            // What bfloat16 holds is not rounded again.
            numbers.map { Double(isHalf ? Float(bitPattern: $0.bitPattern & 0xFFFF_0000) : $0) }
        }
        (self.channels, self.places, self.width) = (channels, places, width)
        (self.isHalf, self.isRectified) = (isHalf, isRectified)
        image = stored(numbers(channels * places, around: 3))
        gradient = stored(numbers(channels * places, around: 0.2))
        weights = numbers(channels, around: 1)
        biases = numbers(channels, around: 0)
    }

    var normalization: ItemNormalization {
        ItemNormalization(
            channels: channels,
            places: places,
            width: width,
            isHalf: isHalf,
            epsilon: Self.epsilon,
            isRectified: isRectified
        )
    }

    /// (blocks, places, width) as bytes; padding is rubbish, which may not count.
    func laidOut(_ values: [Double], padding: Float = .nan) -> [UInt8] {
        let blocks = (channels + width - 1) / width
        return (0..<blocks * places * width).flatMap { index -> [UInt8] in
            let channel = index / width / places * width + index % width
            let place = index / width % places
            let value = channel < channels ? Float(values[channel * places + place]) : padding
            return withUnsafeBytes(of: value.bitPattern) { Array(isHalf ? $0.dropFirst(2) : $0[...]) }
        }
    }

    /// Back to (channels, places).
    func plain(_ bytes: [UInt8]) -> [Double] {
        let size = isHalf ? 2 : 4
        return (0..<channels * places).map { index in
            let (channel, place) = (index / places, index % places)
            let at = ((channel / width * places + place) * width + channel % width) * size
            let bits = bytes[at..<at + size].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Double(Float(bitPattern: isHalf ? bits << 16 : bits))
        }
    }

    private var moments: (mean: Double, deviation: Double) {
        let count = Double(image.count)
        let mean = image.reduce(0, +) / count
        let variance = image.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return (mean, (variance + Double(Self.epsilon)).squareRoot())
    }

    private var normal: [Double] {
        let moments = self.moments
        return image.map { ($0 - moments.mean) / moments.deviation }
    }

    /// By the definition.
    var result: [Double] {
        normal.enumerated().map { index, value in
            let channel = index / places
            let found = value * Double(weights[channel]) + Double(biases[channel])
            return isRectified ? max(0, found) : found
        }
    }

    /// By the chain rule: of the image, and of weights and biases.
    var slopes: (image: [Double], weights: [Double], biases: [Double]) {
        let (normal, result) = (self.normal, self.result)
        let passed = gradient.indices.map { isRectified && result[$0] <= 0 ? 0 : gradient[$0] }
        var ofWeights = [Double](repeating: 0, count: channels)
        var ofBiases = ofWeights
        for index in passed.indices {
            ofWeights[index / places] += passed[index] * normal[index]
            ofBiases[index / places] += passed[index]
        }
        let inner = passed.indices.map { passed[$0] * Double(weights[$0 / places]) }
        let count = Double(image.count)
        let plain = inner.reduce(0, +) / count
        let along = zip(inner, normal).reduce(0) { $0 + $1.0 * $1.1 } / count
        let ofImage = inner.indices.map { (inner[$0] - plain - normal[$0] * along) / moments.deviation }
        return (ofImage, ofWeights, ofBiases)
    }
}

/// The largest difference, as a share of the largest number.
private func error(_ found: [Double], _ expected: [Double]) -> Double {
    let largest = expected.map(abs).max() ?? 0
    return zip(found, expected).map { abs($0 - $1) }.reduce(0) { $1 > $0 || $1.isNaN ? $1 : $0 } / largest
}

@Suite("Normalization of an image for itself")
struct ItemNormalizationTests {
    private static let sizes = [(1, 9), (3, 1), (5, 40), (16, 33), (20, 7), (33, 64)]

    @Test(
        "and the way back, as defined, however it lies",
        arguments: [1, 4, 8, 16, 99],
        [(true, true), (true, false), (false, true), (false, false)]
    )
    func defined(width: Int, kind: (isHalf: Bool, isRectified: Bool)) {
        for (channels, places) in Self.sizes {
            let one = Case(
                channels: channels,
                places: places,
                width: width == 99 ? channels : width,
                isHalf: kind.isHalf,
                isRectified: kind.isRectified
            )
            let (image, gradient) = (one.laidOut(one.image), one.laidOut(one.gradient))
            // Nothing may be left of what was there before.
            var (result, found) = (one.laidOut(one.image, padding: 7), one.laidOut(one.image, padding: 7))
            let normalization = one.normalization
            var results = result.mutableSpan
            var resultSpan = results.mutableBytes
            normalization.write(
                image.span.bytes,
                weights: one.weights.span,
                biases: one.biases.span,
                into: &resultSpan
            )
            var parameters = [Double](repeating: .nan, count: normalization.gradientCount)
            var parameterSpan = parameters.mutableSpan
            var gradients = found.mutableSpan
            var foundSpan = gradients.mutableBytes
            normalization.writeGradients(
                of: image.span.bytes,
                result: result.span.bytes,
                gradient: gradient.span.bytes,
                weights: one.weights.span,
                into: &foundSpan,
                parameters: &parameterSpan
            )
            // Half of bfloat16's last bit.
            let bound = kind.isHalf ? 0x1p-8 : 1e-5
            let place = "\(channels) channels, \(places) places"
            let slopes = one.slopes
            #expect(error(one.plain(result), one.result) < bound, "\(place)")
            #expect(error(one.plain(found), slopes.image) < bound, "\(place)")
            #expect(error(parameters, slopes.weights + slopes.biases) < bound, "\(place)")
        }
    }

    @Test("what does not vary becomes the biases")
    func constant() {
        let image = [Float](repeating: 12_345.678, count: 2 * 50)
        let normalization = ItemNormalization(
            channels: 2,
            places: 50,
            width: 1,
            isHalf: false,
            epsilon: 1e-5,
            isRectified: false
        )
        var result = [Float](repeating: .nan, count: 100)
        var results = result.mutableSpan
        var span = results.mutableBytes
        let (weights, biases): ([Float], [Float]) = ([1, 2], [0.5, -0.25])
        normalization.write(image.span.bytes, weights: weights.span, biases: biases.span, into: &span)
        for (index, value) in result.enumerated() { #expect(abs(value - biases[index / 50]) < 0.01) }
    }
}

import LinearAlgebra
import Testing

/// A batch drawn from a seed, and where its numbers lie.
private struct Batch {
    let items: Int
    let channels: Int
    let places: Int
    let width: Int
    /// (batch, channels, places).
    let values: [Float]

    init(seed: UInt64, items: Int, channels: Int, places: Int, width: Int, center: Float, isHalf: Bool) {
        var generator = SeededGenerator(seed: seed, stream: 3)
        self.items = items
        self.channels = channels
        self.places = places
        self.width = width
        values = (0..<items * channels * places).map { index in
            // Each channel has a mean and a spread of its own.
            let channel = Float(index / places % channels)
            let value = center * (1 + channel) + generator.normal() * (0.5 + channel / 8)
            return isHalf ? Float(bitPattern: value.bitPattern & 0xFFFF_0000) : value
        }
    }

    /// (batch, blocks, places, width), padding being `padding`.
    func laidOut(padding: Float) -> [Float] {
        let blocks = (channels + width - 1) / width
        return (0..<items * blocks * places * width).map { index in
            let (place, block) = (index / width % places, index / width / places % blocks)
            let (channel, item) = (block * width + index % width, index / width / places / blocks)
            return channel < channels ? values[(item * channels + channel) * places + place] : padding
        }
    }

    /// Means and variances from their definition, in two passes.
    func slow() -> (means: [Double], variances: [Double]) {
        let count = Double(items * places)
        func mean(_ term: (Double, Int) -> Double) -> [Double] {
            (0..<channels).map { channel in
                (0..<items * places).reduce(0.0) { sum, index in
                    let start = (index / places * channels + channel) * places
                    return sum + term(Double(values[start + index % places]), channel)
                } / count
            }
        }
        let means = mean { value, _ in value }
        return (means, mean { value, channel in (value - means[channel]) * (value - means[channel]) })
    }

    /// The same by `ChannelMoments`.
    func fast(isHalf: Bool, padding: Float = 0) -> (means: [Float], variances: [Float]) {
        let moments = ChannelMoments(channels: channels, places: places, width: width)
        let numbers = laidOut(padding: padding)
        let halves = numbers.map { UInt16($0.bitPattern >> 16) }
        // Nothing may be read of what was there before.
        var sums = [Double](repeating: .nan, count: items * moments.sumCount)
        // Some images at once, then the last one.
        for part in [0..<items - 1, items - 1..<items] {
            let images = part.lowerBound * moments.imageCount..<part.upperBound * moments.imageCount
            sums.withUnsafeMutableBufferPointer { sums in
                let own = part.lowerBound * moments.sumCount..<part.upperBound * moments.sumCount
                var span = MutableSpan(_unsafeElements: UnsafeMutableBufferPointer(rebasing: sums[own]))
                if isHalf {
                    moments.add(halves.span.extracting(images), into: &span)
                } else {
                    moments.add(numbers.span.extracting(images), into: &span)
                }
            }
        }
        return finished(moments, sums, channels: channels)
    }
}

private func finished(
    _ moments: ChannelMoments,
    _ sums: [Double],
    channels: Int
) -> (means: [Float], variances: [Float]) {
    var means = [Float](repeating: .nan, count: channels)
    var variances = means
    var meanSpan = means.mutableSpan
    var varianceSpan = variances.mutableSpan
    moments.finish(sums.span, means: &meanSpan, variances: &varianceSpan)
    return (means, variances)
}

/// Of one plain image.
private func moments(of image: [Float], channels: Int) -> (means: [Float], variances: [Float]) {
    let moments = ChannelMoments(channels: channels, places: image.count / channels, width: 1)
    var sums = [Double](repeating: .nan, count: moments.sumCount)
    var span = sums.mutableSpan
    moments.add(image.span, into: &span)
    return finished(moments, sums, channels: channels)
}

@Suite("Means and variances of channels")
struct ChannelMomentsTests {
    /// The largest difference, as a share of what it should be.
    private static func error(_ found: [Float], _ expected: [Double]) -> Double {
        zip(found, expected).map { abs(Double($0) - $1) / abs($1) }.reduce(0) {
            $1 > $0 || $1.isNaN ? $1 : $0
        }
    }

    @Test("as defined, however they lie", arguments: [1, 4, 8, 16, 20], [true, false])
    func layouts(width: Int, isHalf: Bool) {
        for (seed, channels) in [1, 3, 8, 16, 20, 33].enumerated() {
            for places in [1, 7, 33, 100] {
                let batch = Batch(
                    seed: UInt64(seed),
                    items: 3,
                    channels: channels,
                    places: places,
                    width: width == 20 ? channels : width,
                    center: 1,
                    isHalf: isHalf
                )
                let (expected, found) = (batch.slow(), batch.fast(isHalf: isHalf))
                let place = "\(channels) channels, \(places) places"
                #expect(Self.error(found.means, expected.means) < 1e-6, "\(place)")
                #expect(Self.error(found.variances, expected.variances) < 1e-5, "\(place)")
            }
        }
    }

    /// Added one by one in single precision, both are off by more than 1e-5.
    @Test("of a hundred thousand numbers, to the last bits", arguments: [1, 16, 32])
    func many(width: Int) {
        let batch = Batch(
            seed: 7,
            items: 4,
            channels: 32,
            places: 25_000,
            width: width,
            center: 3,
            isHalf: false
        )
        let (expected, found) = (batch.slow(), batch.fast(isHalf: false))
        // Half of the last bit, relative to the smallest number that has it.
        #expect(Self.error(found.means, expected.means) < 0x1p-23)
        #expect(Self.error(found.variances, expected.variances) < 0x1p-23)
    }

    @Test("padding does not count; numbers that are none do, in their channel alone")
    func padding() {
        let batch = Batch(
            seed: 2,
            items: 2,
            channels: 5,
            places: 40,
            width: 8,
            center: 1,
            isHalf: false
        )
        let (clean, padded) = (batch.fast(isHalf: false), batch.fast(isHalf: false, padding: .nan))
        #expect(clean.means == padded.means && clean.variances == padded.variances)
        for bad in [Float.nan, .infinity] {
            let found = moments(of: [1, bad, 2, 4], channels: 2)
            #expect(!found.means[0].isFinite && found.variances[0].isNaN)
            #expect(found.means[1] == 3 && found.variances[1] == 1)
        }
    }

    @Test("what does not vary has no negative variance")
    func constant() {
        for value in [Float(0), 0.1, 1e-3, 12_345.678, -7.3e8] {
            let found = moments(of: [Float](repeating: value, count: 1_000), channels: 1)
            #expect(found.means[0] == value)
            // The last bits of a double's square may be left.
            #expect(found.variances[0] >= 0 && found.variances[0] <= value * value * 0x1p-48)
        }
    }
}

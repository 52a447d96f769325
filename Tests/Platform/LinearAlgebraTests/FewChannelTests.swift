import LinearAlgebra
import Testing

/// The nearest bfloat16, of two the even one.
private func rounded(_ value: Float) -> Float {
    let upper = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    let next = Float(bitPattern: (value.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
    let (down, up) = (abs(value - upper), abs(next - value))
    if down != up { return down < up ? upper : next }
    return upper.bitPattern >> 16 & 1 == 0 ? upper : next
}

/// One setting, drawn from a seed.
private struct Setting {
    let batch: Int
    let channels: Int
    let height: Int
    let width: Int
    let outputs: Int
    let adds: Bool
    let hasRelu: Bool
    let source: [Float]
    let weights: [Float]
    let bias: [Float]
    /// What the result is before, rounded.
    let before: [Float]

    init(seed: UInt64, channels: Int, outputs: Int) {
        var generator = SeededGenerator(seed: seed, stream: 5)
        self.batch = 1 + generator.below(3)
        self.channels = channels
        self.height = 1 + generator.below(24)
        self.width = 1 + generator.below(70)
        self.outputs = outputs
        self.adds = generator.below(2) == 0
        self.hasRelu = generator.below(2) == 0
        func draw(_ count: Int) -> [Float] { (0..<count).map { _ in generator.normal() } }
        self.source = draw(self.batch * channels * self.height * self.width)
        self.weights = draw(outputs * channels * 9)
        self.bias = draw(outputs)
        self.before = draw(self.batch * outputs * ((self.height + 1) / 2) * ((self.width + 1) / 2)).map(
            rounded
        )
    }

    /// Number of an image's channel, 0 outside.
    private func pixel(_ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Double {
        guard (0..<self.height).contains(y), (0..<self.width).contains(x) else { return 0 }
        let place = ((image * self.channels + channel) * self.height + y) * self.width + x
        return Double(rounded(self.source[place]))
    }

    /// The convolution from its definition, (batch, height, width, channels).
    func slow() -> [Double] {
        let (height, width) = ((self.height + 1) / 2, (self.width + 1) / 2)
        return self.before.indices.map { index in
            let output = index % self.outputs
            let (x, y) = (index / self.outputs % width, index / self.outputs / width % height)
            let image = index / self.outputs / width / height
            var sum = Double(self.bias[output]) + (self.adds ? Double(self.before[index]) : 0)
            for channel in 0..<self.channels {
                for tap in 0..<9 {
                    let weight = rounded(self.weights[(output * self.channels + channel) * 9 + tap])
                    sum +=
                        Double(weight) * self.pixel(image, channel, 2 * y - 1 + tap / 3, 2 * x - 1 + tap % 3)
                }
            }
            return self.hasRelu ? max(0, sum) : sum
        }
    }
}

@Suite(
    "Convolutions of few channels",
    .enabled(if: FewChannelConvolution.isSupported, "this processor does not multiply bfloat16")
)
struct FewChannelTests {
    /// Around everything: NaN must not be read, and must stay where nothing is to be written.
    private static let margin = 64

    private static func surrounded(_ values: [Float]) -> [Float] {
        let margin = [Float](repeating: .nan, count: Self.margin)
        return margin + values + margin
    }

    private static func fast(_ setting: Setting) -> [Float] {
        let convolution = FewChannelConvolution(
            batch: setting.batch,
            channels: setting.channels,
            height: setting.height,
            width: setting.width,
            outputChannels: setting.outputs
        )
        #expect(convolution.resultShape.reduce(1, *) == setting.before.count)
        var packed = [UInt16](repeating: 0, count: convolution.weightCount)
        var packedSpan = packed.mutableSpan
        convolution.pack(setting.weights.span, into: &packedSpan)
        let source = Self.surrounded(setting.source)
        var result = Self.surrounded(setting.before).map { UInt16($0.bitPattern >> 16) }
        var scratch = [Float](repeating: .nan, count: convolution.scratchCount)
        let inside = Self.margin..<Self.margin + setting.before.count
        var scratchSpan = scratch.mutableSpan
        result.withUnsafeMutableBufferPointer { result in
            var span = MutableSpan(_unsafeElements: UnsafeMutableBufferPointer(rebasing: result[inside]))
            convolution.convolve(
                source.span.extracting(Self.margin..<Self.margin + setting.source.count),
                into: &span,
                weights: packed.span,
                bias: setting.bias.span,
                adds: setting.adds,
                hasRelu: setting.hasRelu,
                scratch: &scratchSpan
            )
        }
        let numbers = result.map { Float(bitPattern: UInt32($0) << 16) }
        #expect(numbers.indices.allSatisfy { inside.contains($0) || numbers[$0].isNaN })
        return Array(numbers[inside])
    }

    @Test("as defined, at all borders", arguments: 1...9, [16, 32, 48, 64])
    func defined(channels: Int, outputs: Int) {
        for seed in 0..<6 {
            let setting = Setting(
                seed: UInt64(seed * 1_000 + channels * 100 + outputs),
                channels: channels,
                outputs: outputs
            )
            let expected = setting.slow()
            let found = Self.fast(setting)
            // Rounding to 8 bits is off by 1/256 at most; the float32 sum adds little.
            let isNear = zip(found, expected).allSatisfy { abs(Double($0) - $1) <= abs($1) / 256 + 1e-4 }
            #expect(isNear, "\(setting.batch) x \(setting.height) x \(setting.width)")
        }
    }
}

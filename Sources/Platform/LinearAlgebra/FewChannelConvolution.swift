private import CKernels

/// A convolution of images of a few channels in bfloat16, as the first one of a network: 3 x 3, every second
/// pixel, one pixel of zeros around.
///
/// The image is read as it lies; how it is done is written in Sources/System/CKernels/include/few_channels.h.
package struct FewChannelConvolution: Sendable {
    /// Channels of the image.
    package let channels: Int
    /// Channels of the result, a multiple of 16.
    package let outputChannels: Int
    private let batch: Int
    private let height: Int
    private let width: Int

    /// Whether this processor multiplies bfloat16 (AVX-512). Without, nothing is convolved.
    package static let isSupported = carina_multiplies_bfloat16()

    /// A convolution of images (batch, channels, height, width).
    package init(batch: Int, channels: Int, height: Int, width: Int, outputChannels: Int) {
        precondition(batch > 0 && channels > 0 && height > 0 && width > 0, "no such images")
        precondition(outputChannels > 0 && outputChannels % 16 == 0, "channels come in blocks of 16")
        self.batch = batch
        self.channels = channels
        self.height = height
        self.width = width
        self.outputChannels = outputChannels
    }

    /// (batch, channels, height, width) of the result; it lies as (batch, height, width, channels).
    package var resultShape: [Int] {
        [self.batch, self.outputChannels, (self.height + 1) / 2, (self.width + 1) / 2]
    }

    /// Numbers of the packed weights.
    package var weightCount: Int { self.outputChannels * 2 * carina_few_channels_pairs(self.channels) }

    /// Numbers of scratch memory.
    package var scratchCount: Int {
        var shape = self.shape
        return unsafe carina_few_channels_scratch(&shape)
    }

    private var shape: carina_few_channels_shape {
        carina_few_channels_shape(
            batch: self.batch,
            channels: self.channels,
            height: self.height,
            width: self.width,
            outputs: self.outputChannels
        )
    }

    /// Rounds weights and brings them into the order in which they are read.
    ///
    /// - Parameters:
    ///   - packed: (`weightCount`), overwritten.
    ///   - weights: (output channels, channels, 3, 3).
    package func pack(_ weights: Span<Float>, into packed: inout MutableSpan<UInt16>) {
        let channels = self.channels
        precondition(weights.count == self.outputChannels * channels * 9, "weights are not (m, c, 3, 3)")
        precondition(packed.count == self.weightCount, "packed weights of another convolution")
        let pairCount = self.weightCount / self.outputChannels / 2
        for output in 0..<self.outputChannels {
            var place = (output / 16 * pairCount * 16 + output % 16) * 2
            func add(_ channel: Int, _ first: (Int, Int), _ other: Int, _ second: (Int, Int)) {
                let starts = (output * channels + channel, output * channels + other)
                packed[place] = Self.bits(weights[starts.0 * 9 + first.0 * 3 + first.1])
                packed[place + 1] =
                    other < channels ? Self.bits(weights[starts.1 * 9 + second.0 * 3 + second.1]) : 0
                place += 32
            }
            for channel in 0..<channels {
                for row in 0..<3 { add(channel, (row, 1), channel, (row, 2)) }
                add(channel, (1, 0), channel, (2, 0))
            }
            for channel in stride(from: 0, to: channels, by: 2) { add(channel, (0, 0), channel + 1, (0, 0)) }
        }
    }

    /// The nearest bfloat16, of two the even one; a NaN stays one.
    private static func bits(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }

    /// Convolves; only where it `isSupported`. Sums are float32.
    ///
    /// - Parameters:
    ///   - source: (batch, channels, height, width).
    ///   - result: of `resultShape`, channels last, bfloat16: overwritten, or added to.
    ///   - weights: packed.
    ///   - bias: (output channels).
    ///   - adds: to what the result is, before the ReLU.
    ///   - hasRelu: whether sums below zero become zero.
    ///   - scratch: at least `scratchCount`, overwritten.
    package func convolve(
        _ source: Span<Float>,
        into result: inout MutableSpan<UInt16>,
        weights: Span<UInt16>,
        bias: Span<Float>,
        adds: Bool,
        hasRelu: Bool,
        scratch: inout MutableSpan<Float>
    ) {
        precondition(Self.isSupported, "this processor does not multiply bfloat16")
        precondition(source.count == self.batch * self.channels * self.height * self.width, "other images")
        precondition(weights.count == self.weightCount && bias.count == self.outputChannels, "other weights")
        precondition(result.count == self.resultShape.reduce(1, *), "a result of another shape")
        precondition(scratch.count >= self.scratchCount, "too little scratch memory")
        var shape = self.shape
        // SAFETY: counts checked above, and the processor; C reads and writes as many and keeps no pointer.
        unsafe result.withUnsafeMutableBufferPointer { result in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
                unsafe source.withUnsafeBufferPointer { source in
                    unsafe weights.withUnsafeBufferPointer { weights in
                        unsafe bias.withUnsafeBufferPointer { bias in
                            unsafe carina_convolve_few_channels(
                                &shape,
                                source.baseAddress,
                                weights.baseAddress,
                                bias.baseAddress,
                                adds,
                                hasRelu,
                                scratch.baseAddress,
                                result.baseAddress
                            )
                        }
                    }
                }
            }
        }
    }
}

private import CKernels

/// Normalization of each image of a batch for itself: all its channels and places together to mean 0 and variance 1, then
/// each channel times a weight plus a bias, and where wanted a ReLU (Ba et al., "Layer normalization", 2016; a group
/// normalization of one group, Wu and He, "Group normalization", 2018). No image changes what becomes of another.
///
/// An image lies as Sources/System/CKernels/include/channel_moments.h says, (blocks, places, width), in float or bfloat16. Sums
/// are of double precision.
package struct ItemNormalization: Sendable {
    private let layout: carina_image_layout
    private let channels: Int
    private let epsilon: Double
    private let isRectified: Bool

    /// Of images of some channels and places (pixels), `width` channels of each place side by side.
    ///
    /// - Parameters:
    ///   - isHalf: bfloat16, not float.
    ///   - isRectified: negative results become zeros.
    package init(
        channels: Int,
        places: Int,
        width: Int,
        isHalf: Bool,
        epsilon: Float,
        isRectified: Bool
    ) {
        precondition(channels > 0 && places > 0 && width > 0, "no such images")
        let blocks = (channels + width - 1) / width
        self.layout = carina_image_layout(blocks: blocks, places: places, width: width, is_half: isHalf)
        self.channels = channels
        self.epsilon = Double(epsilon)
        self.isRectified = isRectified
    }

    /// Numbers of a gradient of weights and biases.
    package var gradientCount: Int { 2 * self.channels }

    /// Normalizes an image.
    ///
    /// - Parameters:
    ///   - weights: (channels), biases too.
    ///   - result: as the image, overwritten.
    package func write(
        _ image: RawSpan,
        weights: Span<Float>,
        biases: Span<Float>,
        into result: inout MutableRawSpan
    ) {
        self.check([image.byteCount, result.byteCount], weights.count, biases.count)
        let (mean, factor) = self.moments(of: image)
        let padded = self.layout.blocks * self.layout.width
        var (scales, shifts) = ([Float](repeating: 0, count: padded), [Float](repeating: 0, count: padded))
        for channel in 0..<self.channels {
            scales[channel] = Float(Double(weights[channel]) * factor)
            shifts[channel] = biases[channel]
        }
        var layout = self.layout
        // SAFETY: bytes of images of this layout, checked above; C keeps no pointer; here and below.
        unsafe image.withUnsafeBytes { image in
            unsafe result.withUnsafeMutableBytes { result in
                unsafe carina_scale_channels(
                    &layout,
                    image.baseAddress,
                    Float(mean),
                    scales,
                    shifts,
                    self.isRectified,
                    result.baseAddress
                )
            }
        }
    }

    /// The way back.
    ///
    /// - Parameters:
    ///   - result: what `write` made of the image.
    ///   - gradient: of the result.
    ///   - found: gradient of the image, overwritten.
    ///   - parameters: (2, channels), this image's share of the gradients of weights and biases, overwritten.
    package func writeGradients(
        of image: RawSpan,
        result: RawSpan,
        gradient: RawSpan,
        weights: Span<Float>,
        into found: inout MutableRawSpan,
        parameters: inout MutableSpan<Double>
    ) {
        self.check(
            [image.byteCount, result.byteCount, gradient.byteCount, found.byteCount],
            weights.count,
            parameters.count / 2
        )
        let (mean, factor) = self.moments(of: image)
        let sums = self.gradientSums(of: image, result: result, gradient: gradient)
        let padded = self.layout.blocks * self.layout.width
        var scales = [Float](repeating: 0, count: padded)
        // Means of the gradient before weights and biases, and of that times the normalized image.
        var (plain, along) = (0.0, 0.0)
        for channel in 0..<self.channels {
            let weight = Double(weights[channel])
            let ofWeight = factor * (sums[padded + channel] - mean * sums[channel])
            parameters[channel] = ofWeight
            parameters[self.channels + channel] = sums[channel]
            plain += weight * sums[channel]
            along += weight * ofWeight
            scales[channel] = Float(weight * factor)
        }
        let count = Double(self.channels * self.layout.places)
        plain /= count
        along /= count
        let slope = -factor * factor * along
        let offset = -factor * plain
        var layout = self.layout
        unsafe image.withUnsafeBytes { image in
            unsafe result.withUnsafeBytes { result in
                unsafe gradient.withUnsafeBytes { gradient in
                    unsafe found.withUnsafeMutableBytes { found in
                        unsafe carina_channel_gradients(
                            &layout,
                            image.baseAddress,
                            result.baseAddress,
                            gradient.baseAddress,
                            self.isRectified,
                            Float(mean),
                            scales,
                            Float(slope),
                            Float(offset),
                            found.baseAddress
                        )
                    }
                }
            }
        }
    }

    /// The image's mean, and one over its standard deviation.
    private func moments(of image: RawSpan) -> (mean: Double, factor: Double) {
        let padded = self.layout.blocks * self.layout.width
        var sums = [Double](repeating: 0, count: 2 * padded)
        unsafe image.withUnsafeBytes { image in
            let (blocks, places, width) = (self.layout.blocks, self.layout.places, self.layout.width)
            if self.layout.is_half {
                let numbers = unsafe image.baseAddress?.assumingMemoryBound(to: UInt16.self)
                unsafe carina_channel_sums_bfloat16(numbers, 1, blocks, places, width, &sums)
            } else {
                let numbers = unsafe image.baseAddress?.assumingMemoryBound(to: Float.self)
                unsafe carina_channel_sums(numbers, 1, blocks, places, width, &sums)
            }
        }
        let count = Double(self.channels * self.layout.places)
        let mean = sums[..<self.channels].reduce(0, +) / count
        let square = sums[padded..<padded + self.channels].reduce(0, +) / count
        // What does not vary has no negative variance; a NaN stays one.
        let variance = square - mean * mean
        return (mean, 1 / ((variance < 0 ? 0 : variance) + self.epsilon).squareRoot())
    }

    /// (2, blocks * width): sums of each channel's gradients and of gradient times image.
    private func gradientSums(of image: RawSpan, result: RawSpan, gradient: RawSpan) -> [Double] {
        var sums = [Double](repeating: 0, count: 2 * self.layout.blocks * self.layout.width)
        var layout = self.layout
        unsafe image.withUnsafeBytes { image in
            unsafe result.withUnsafeBytes { result in
                unsafe gradient.withUnsafeBytes { gradient in
                    unsafe carina_channel_gradient_sums(
                        &layout,
                        image.baseAddress,
                        result.baseAddress,
                        gradient.baseAddress,
                        self.isRectified,
                        &sums
                    )
                }
            }
        }
        return sums
    }

    private func check(_ byteCounts: [Int], _ channelCounts: Int...) {
        let numbers = self.layout.blocks * self.layout.places * self.layout.width
        precondition(byteCounts.allSatisfy { $0 == numbers * (self.layout.is_half ? 2 : 4) }, "other images")
        precondition(channelCounts.allSatisfy { $0 == self.channels }, "other channels")
    }
}

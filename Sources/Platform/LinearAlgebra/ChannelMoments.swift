private import CKernels

/// Means and variances of a batch's channels, each within a rounding of single precision.
///
/// Every image has its sums, whatever thread computes them; `finish` adds them in their order. How it is done is
/// written in Sources/System/CKernels/include/channel_moments.h.
package struct ChannelMoments: Sendable {
    private let channels: Int
    private let blocks: Int
    private let places: Int
    private let width: Int

    /// Of images of some channels and places (pixels), `width` channels of each place side by side.
    package init(channels: Int, places: Int, width: Int) {
        precondition(channels > 0 && places > 0 && width > 0, "no such images")
        self.channels = channels
        self.blocks = (channels + width - 1) / width
        self.places = places
        self.width = width
    }

    /// Numbers of an image, padding included.
    package var imageCount: Int { self.blocks * self.places * self.width }

    /// Numbers of an image's sums.
    package var sumCount: Int { 2 * self.blocks * self.width }

    /// Adds up some images.
    ///
    /// - Parameters:
    ///   - images: (count, blocks, places, width).
    ///   - sums: (count, `sumCount`), overwritten.
    package func add(_ images: Span<Float>, into sums: inout MutableSpan<Double>) {
        let count = self.count(images.count, sums.count)
        // SAFETY: counts checked; C reads and writes as many and keeps no pointer; here and below.
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe images.withUnsafeBufferPointer {
                unsafe carina_channel_sums(
                    $0.baseAddress,
                    count,
                    self.blocks,
                    self.places,
                    self.width,
                    sums.baseAddress
                )
            }
        }
    }

    /// The same of images in bfloat16.
    package func add(_ images: Span<UInt16>, into sums: inout MutableSpan<Double>) {
        let count = self.count(images.count, sums.count)
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe images.withUnsafeBufferPointer {
                unsafe carina_channel_sums_bfloat16(
                    $0.baseAddress,
                    count,
                    self.blocks,
                    self.places,
                    self.width,
                    sums.baseAddress
                )
            }
        }
    }

    private func count(_ numbers: Int, _ sums: Int) -> Int {
        let count = numbers / self.imageCount
        precondition(numbers == count * self.imageCount && sums == count * self.sumCount, "other images")
        return count
    }

    /// Means and variances over all images and places; a variance is that of these numbers, not of a population.
    ///
    /// - Parameters:
    ///   - sums: (batch, `sumCount`).
    ///   - means: (channels), overwritten.
    ///   - variances: (channels), overwritten; none is negative.
    package func finish(
        _ sums: Span<Double>,
        means: inout MutableSpan<Float>,
        variances: inout MutableSpan<Float>
    ) {
        let batch = sums.count / self.sumCount
        precondition(batch > 0 && sums.count == batch * self.sumCount, "sums of other images")
        precondition(means.count == self.channels && variances.count == self.channels, "other channels")
        unsafe means.withUnsafeMutableBufferPointer { means in
            unsafe variances.withUnsafeMutableBufferPointer { variances in
                unsafe sums.withUnsafeBufferPointer {
                    unsafe carina_channel_moments(
                        $0.baseAddress,
                        batch,
                        self.blocks * self.width,
                        self.channels,
                        Double(batch * self.places),
                        means.baseAddress,
                        variances.baseAddress
                    )
                }
            }
        }
    }
}

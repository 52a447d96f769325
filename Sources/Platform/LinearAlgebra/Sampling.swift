private import CKernels

// Bilinear sampling of images at places (x, y): -1 at the left or upper edge, 1 at the right or lower one,
// pixel i of S with its center at (2 i + 1) / S - 1. The rules are written in
// Sources/System/CKernels/include/sampler.h.

/// The shape of an image that is sampled: (channels, height, width), row-major.
package struct SampledShape: Sendable, Equatable {
    /// Number of planes.
    package let channels: Int
    /// Rows of a plane.
    package let height: Int
    /// Columns of a plane.
    package let width: Int

    /// The largest height or width.
    package static let sideMaximum = 1 << 20

    /// A shape with at least one pixel, whose pixels have numbers of 32 bits.
    package init(channels: Int, height: Int, width: Int) {
        let sides = 1...Self.sideMaximum
        precondition(channels >= 0 && sides.contains(height) && sides.contains(width), "no such image")
        precondition(height * width <= Int(Int32.max), "an image too large to be sampled")
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// Pixels of a plane.
    package var planeSize: Int { height * width }
    /// Pixels of all planes.
    package var count: Int { channels * height * width }

    fileprivate func forKernel(_ border: SampledBorder) -> carina_sampled_shape {
        carina_sampled_shape(
            channels: channels,
            height: height,
            width: width,
            repeats_border: border == .repeated
        )
    }
}

/// What lies beyond the outermost pixels of an image.
package enum SampledBorder: Sendable, Equatable, CaseIterable {
    /// Zeros.
    case zeros
    /// The outermost pixels, again and again.
    case repeated
}

/// Samples an image.
///
/// - Parameters:
///   - output: (channels, N), overwritten.
///   - image: (channels, height, width).
///   - places: (N, 2).
package func sample(
    into output: inout MutableSpan<Float>,
    image: Span<Float>,
    shape: SampledShape,
    border: SampledBorder,
    places: Span<Float>
) {
    let placeCount = places.count / 2
    precondition(places.count == 2 * placeCount, "a place is two numbers")
    precondition(image.count == shape.count, "image is not (channels, height, width)")
    precondition(output.count == shape.channels * placeCount, "output is not (channels, N)")
    var kernelShape = shape.forKernel(border)
    // SAFETY: the image's planes, N places and their samples, checked above; the kernel keeps to pixels
    // inside the planes whatever the places are, and C keeps no pointer.
    unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe image.withUnsafeBufferPointer { image in
            unsafe places.withUnsafeBufferPointer { places in
                unsafe carina_sample(
                    &kernelShape,
                    image.baseAddress,
                    places.baseAddress,
                    placeCount,
                    output.baseAddress
                )
            }
        }
    }
}

/// Adds the gradient by a sampled image's pixels.
///
/// - Parameters:
///   - gradient: (channels, height, width), added to.
///   - places: (N, 2).
///   - upstream: (channels, N), the gradient by the samples.
package func addImageGradient(
    to gradient: inout MutableSpan<Float>,
    shape: SampledShape,
    border: SampledBorder,
    places: Span<Float>,
    upstream: Span<Float>
) {
    let placeCount = places.count / 2
    precondition(places.count == 2 * placeCount, "a place is two numbers")
    precondition(gradient.count == shape.count, "gradient is not (channels, height, width)")
    precondition(upstream.count == shape.channels * placeCount, "upstream is not (channels, N)")
    var kernelShape = shape.forKernel(border)
    // SAFETY: the gradient's planes, N places and their samples' gradients, checked above; the kernel keeps
    // to pixels inside the planes whatever the places are, and C keeps no pointer.
    unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        unsafe places.withUnsafeBufferPointer { places in
            unsafe upstream.withUnsafeBufferPointer { upstream in
                unsafe carina_sample_image_gradient(
                    &kernelShape,
                    places.baseAddress,
                    placeCount,
                    upstream.baseAddress,
                    gradient.baseAddress
                )
            }
        }
    }
}

/// Writes the gradient by the places at which an image was sampled.
///
/// - Parameters:
///   - gradient: (N, 2), overwritten.
///   - image: (channels, height, width).
///   - places: (N, 2).
///   - upstream: (channels, N), the gradient by the samples.
package func writePlaceGradient(
    into gradient: inout MutableSpan<Float>,
    image: Span<Float>,
    shape: SampledShape,
    border: SampledBorder,
    places: Span<Float>,
    upstream: Span<Float>
) {
    let placeCount = places.count / 2
    precondition(places.count == 2 * placeCount, "a place is two numbers")
    precondition(gradient.count == places.count, "gradient is not (N, 2)")
    precondition(image.count == shape.count, "image is not (channels, height, width)")
    precondition(upstream.count == shape.channels * placeCount, "upstream is not (channels, N)")
    var kernelShape = shape.forKernel(border)
    // SAFETY: the image's planes, N places, their gradients and those of their samples, checked above; the
    // kernel keeps to pixels inside the planes whatever the places are, and C keeps no pointer.
    unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        unsafe image.withUnsafeBufferPointer { image in
            unsafe places.withUnsafeBufferPointer { places in
                unsafe upstream.withUnsafeBufferPointer { upstream in
                    unsafe carina_sample_place_gradient(
                        &kernelShape,
                        image.baseAddress,
                        places.baseAddress,
                        placeCount,
                        upstream.baseAddress,
                        gradient.baseAddress
                    )
                }
            }
        }
    }
}

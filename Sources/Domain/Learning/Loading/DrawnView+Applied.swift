package import LinearAlgebra

/// Memory that applying a view needs beside the slice and the result; kept by whoever applies many.
package struct ViewScratch: Sendable {
    /// (height, width, 2).
    fileprivate var places: [Float]

    /// For slices of a shape.
    package init(for shape: SampledShape) {
        self.places = [Float](repeating: 0, count: 2 * shape.planeSize)
    }
}

extension DrawnView {
    /// Shows a slice through this view.
    ///
    /// All planes are moved alike: bilinear, the outermost pixels repeated beyond the edge. The first ones are
    /// images, of which contrast, sharpness and noise change too; they end within 0...1. The rest are masks, whose
    /// shares stay between those of the pixels from which they come.
    ///
    /// - Parameters:
    ///   - slice: (channels, height, width).
    ///   - shape: of the slice and of the result.
    ///   - imageCount: planes that are images.
    ///   - result: (channels, height, width), overwritten.
    package func apply(
        to slice: Span<Float>,
        shape: SampledShape,
        imageCount: Int = 1,
        into result: inout MutableSpan<Float>,
        scratch: inout ViewScratch
    ) {
        precondition((0...shape.channels).contains(imageCount), "more images than planes")
        let map = self.map(flatness: Float(shape.height) / Float(shape.width))
        var places = scratch.places.mutableSpan
        writeAffinePlaces(into: &places, map: map.span, height: shape.height, width: shape.width)
        sample(into: &result, image: slice, shape: shape, border: .repeated, places: places.span)
        for channel in 0..<imageCount {
            let plane = channel * shape.planeSize..<(channel + 1) * shape.planeSize
            var image = result._mutatingExtracting(plane)
            changeContrast(of: &image, curve: self.curve, gain: self.gain, offset: self.offset)
            if self.isBlurred {
                blur(&image, height: shape.height, width: shape.width, scratch: &places)
            }
            // Each image its own noise; the multiplier is odd, so that no two seeds become one.
            let seed = self.noiseSeed &+ UInt64(channel) &* 0xD1B5_4A32_D192_ED03
            addNoise(to: &image, seed: seed, deviation: self.noise)
        }
    }
}

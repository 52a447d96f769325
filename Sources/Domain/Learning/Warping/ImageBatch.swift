package import LinearAlgebra

/// Images of one shape: (n, channels, height, width), row-major.
package struct ImageBatch: Sendable, Equatable {
    /// Number of images.
    package let count: Int
    /// The shape of each.
    package let shape: SampledShape
    /// (n, channels, height, width).
    package var values: [Float]

    /// Takes images that lie one behind the other.
    package init(count: Int, shape: SampledShape, values: [Float]) {
        precondition(values.count == count * shape.count, "not (n, channels, height, width)")
        self.count = count
        self.shape = shape
        self.values = values
    }

    /// Images of zeros.
    package init(count: Int, shape: SampledShape) {
        self.init(count: count, shape: shape, values: [Float](repeating: 0, count: count * shape.count))
    }

    /// Where one image's values lie.
    package func range(of item: Int) -> Range<Int> {
        precondition((0..<count).contains(item), "no such image")
        return item * shape.count..<(item + 1) * shape.count
    }

    /// Where one plane of an image lies.
    package func range(of item: Int, channel: Int) -> Range<Int> {
        precondition((0..<count).contains(item) && (0..<shape.channels).contains(channel), "no such plane")
        let start = item * shape.count + channel * shape.planeSize
        return start..<start + shape.planeSize
    }
}

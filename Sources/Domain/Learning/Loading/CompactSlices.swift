package import LinearAlgebra

/// Slices kept in memory for a training: planes of half precision.
///
/// Half precision because `LungCrop` is rounded to it already: two bytes a number instead of four (96 KiB for
/// three planes of 128 x 128), and what is learned from is to the bit what the embedder will see. A byte a number
/// would halve that once more, at an error of up to 2 HU.
package struct CompactSlices: Sendable {
    /// (channels, height, width) of each.
    package let shape: SampledShape
    /// Planes of each that are images; the rest are masks.
    package let imageCount: Int
    /// How many there are.
    package var count: Int { self.halves.count }
    /// (count) times (channels, height, width): bits of numbers of half precision.
    private var halves: [[UInt16]] = []

    /// No slices yet.
    package init(shape: SampledShape, imageCount: Int = 1) {
        precondition((0...shape.channels).contains(imageCount), "more images than planes")
        self.shape = shape
        self.imageCount = imageCount
    }

    /// Appends a slice, rounded to half precision.
    ///
    /// - Parameter planes: (channels) times (height x width), finite.
    package mutating func append(planes: [[Float]]) {
        precondition(planes.count == self.shape.channels, "not \(self.shape.channels) planes")
        var bits: [UInt16] = []
        bits.reserveCapacity(self.shape.count)
        for plane in planes {
            precondition(plane.count == self.shape.planeSize, "a plane of another size")
            for value in plane {
                let half = Float16(value)
                precondition(half.isFinite, "a number that half precision cannot hold")
                bits.append(half.bitPattern)
            }
        }
        self.halves.append(bits)
    }

    /// Writes one slice, (channels, height, width).
    package func write(_ slice: Int, into output: inout [Float]) {
        let bits = self.halves[slice]
        var numbers = output.mutableSpan
        widen(into: &numbers, halves: bits.span)
    }
}

private import CKernels

/// An image whose planes are interleaved: (height, width, 16), so that all planes of a pixel are read at once.
package struct InterleavedImage: Sendable, Equatable {
    /// Planes of a pixel; those that are not needed are zero.
    package static let laneCount = Int(CARINA_LANES)
    /// Rows of pixels.
    package let height: Int
    /// Columns of pixels.
    package let width: Int
    /// (height, width, 16).
    package let values: [Float]

    /// Interleaves planes of (height x width); at most 16.
    package init(planes: [[Float]], height: Int, width: Int) {
        precondition(planes.count <= Self.laneCount, "more planes than lanes")
        var values = [Float](repeating: 0, count: height * width * Self.laneCount)
        for (lane, plane) in planes.enumerated() {
            precondition(plane.count == height * width, "a plane of another size")
            for (pixel, value) in plane.enumerated() { values[pixel * Self.laneCount + lane] = value }
        }
        self.height = height
        self.width = width
        self.values = values
    }

    /// One plane (height x width).
    package func plane(_ lane: Int) -> [Float] {
        stride(from: lane, to: values.count, by: Self.laneCount).map { values[$0] }
    }
}

/// What is left of an image's samples beside another image's pixels: sums, so that the warped image is never
/// written.
package struct SampleSums: Sendable, Equatable {
    /// (16): the sums of sample · pixel.
    package private(set) var products: [Float]
    /// (16): the sums of squared samples.
    package private(set) var squares: [Float]
    /// (cells, 16): the sums of the samples in each square cell of the other image, row by row.
    package private(set) var cells: [Float]
    private let cellSide: Int

    /// Room for sums over cells of an image of a shape; the cells tile it.
    package init(height: Int, width: Int, cellSide: Int) {
        precondition(cellSide > 0 && height % cellSide == 0 && width % cellSide == 0, "cells do not tile")
        let lanes = InterleavedImage.laneCount
        products = [Float](repeating: 0, count: lanes)
        squares = products
        cells = [Float](repeating: 0, count: (height / cellSide) * (width / cellSide) * lanes)
        self.cellSide = cellSide
    }

    /// Samples an image at one place for each pixel of another, and replaces all sums. The same bits on every
    /// CPU.
    ///
    /// - Parameter places: (pixels of the other image, 2).
    package mutating func compare(
        _ image: InterleavedImage,
        at places: Span<Float>,
        border: SampledBorder,
        with other: InterleavedImage
    ) {
        let lanes = InterleavedImage.laneCount
        precondition(places.count == 2 * other.height * other.width, "not a place for each pixel")
        precondition(
            cells.count * cellSide * cellSide == other.height * other.width * lanes,
            "sums over cells of another image"
        )
        var shape = carina_sampled_shape(
            channels: lanes,
            height: image.height,
            width: image.width,
            repeats_border: border == .repeated
        )
        var layout = carina_sample_cells(rows: other.height, columns: other.width, cell: cellSide)
        // SAFETY: the image, a place and a pixel for each of the other's pixels, and as many sums as it has
        // cells, checked above; the kernel keeps to pixels inside the image, and C keeps no pointer.
        unsafe image.values.withUnsafeBufferPointer { image in
            unsafe places.withUnsafeBufferPointer { places in
                unsafe other.values.withUnsafeBufferPointer { other in
                    unsafe products.withUnsafeMutableBufferPointer { products in
                        unsafe squares.withUnsafeMutableBufferPointer { squares in
                            unsafe cells.withUnsafeMutableBufferPointer { cells in
                                unsafe carina_sample_sums(
                                    &shape,
                                    image.baseAddress,
                                    places.baseAddress,
                                    &layout,
                                    other.baseAddress,
                                    products.baseAddress,
                                    squares.baseAddress,
                                    cells.baseAddress
                                )
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Writes max(a + b, 0), element by element.
///
/// - Parameters:
///   - output: (N), overwritten.
///   - a: (N).
///   - b: (N).
package func writeRectifiedSum(into output: inout MutableSpan<Float>, _ a: Span<Float>, _ b: Span<Float>) {
    let count = output.count
    precondition(a.count == count && b.count == count, "vectors of two dimensions")
    // SAFETY: three vectors of `count` floats, checked above; C keeps no pointer.
    unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe a.withUnsafeBufferPointer { a in
            unsafe b.withUnsafeBufferPointer { b in
                unsafe carina_rectified_sum(a.baseAddress, b.baseAddress, count, output.baseAddress)
            }
        }
    }
}

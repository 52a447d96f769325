private import CKernels

// What describes a picture by the directions of its gradients, and means of its cells. The rules are written in
// Sources/System/CKernels/include/gradients.h.

/// Writes the means of square cells.
///
/// - Parameters:
///   - means: (height / cell, width / cell), overwritten.
///   - plane: (height, width).
///   - cell: pixels of a cell's side, at most 256; divides both.
package func writeCellMeans(
    into means: inout MutableSpan<Float>,
    plane: Span<Float>,
    height: Int,
    width: Int,
    cell: Int
) {
    precondition(height > 0 && width > 0 && plane.count == height * width, "plane is not (height, width)")
    precondition((1...256).contains(cell) && height % cell == 0 && width % cell == 0, "cells do not tile it")
    precondition(means.count == (height / cell) * (width / cell), "not a mean for each cell")
    // SAFETY: the plane's numbers and one for each cell, checked above; C keeps no pointer.
    unsafe means.withUnsafeMutableBufferPointer { means in
        unsafe plane.withUnsafeBufferPointer { plane in
            unsafe carina_cell_means(plane.baseAddress, height, width, cell, means.baseAddress)
        }
    }
}

/// Writes soft maps of gradient orientation.
///
/// Gradient by central differences (not halved, edges repeated); map k = max(0, cos 2(θ - kπ/8))⁴ · |gradient|, its mean
/// over each cell, divided by √(mean over window x window cells of the sum of the eight squares, edges repeated)
/// + epsilon. No angle is computed: cos 2θ and sin 2θ follow from the gradient's parts.
///
/// - Parameters:
///   - maps: (8, side / cell, side / cell), overwritten.
///   - image: (side, side).
///   - cell: pixels of a cell's side; divides `side`. 1: no pooling.
///   - epsilon: keeps flat places at zero; in units of the image.
///   - window: odd number of cells.
package func writeOrientationMaps(
    into maps: inout MutableSpan<Float>,
    image: Span<Float>,
    side: Int,
    cell: Int,
    epsilon: Float,
    window: Int
) {
    precondition(
        (1...SampledShape.sideMaximum).contains(side) && image.count == side * side,
        "not side x side values"
    )
    precondition(cell > 0 && side % cell == 0, "cells do not tile the image")
    precondition((1...SampledShape.sideMaximum).contains(window), "no such window")
    precondition(window % 2 == 1, "the window has no middle")
    let cells = side / cell
    precondition(maps.count == Int(carina_orientation_count) * cells * cells, "not eight maps of cells")
    var scratch = [Float](repeating: 0, count: carina_orientation_scratch(side, cell, window))
    // SAFETY: side x side pixels and eight numbers for each cell, checked above, and what C asks for; it keeps no pointer.
    unsafe maps.withUnsafeMutableBufferPointer { maps in
        unsafe image.withUnsafeBufferPointer { image in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
                unsafe carina_orientation_maps(
                    image.baseAddress,
                    side,
                    cell,
                    epsilon,
                    window,
                    scratch.baseAddress,
                    maps.baseAddress
                )
            }
        }
    }
}

/// Histograms of gradients in square cells: the mean magnitude by direction, in eight bins of 22.5 degrees modulo 180.
///
/// Gradient by central differences (not halved); at the picture's edge the part across the edge is zero. A bin holds the
/// angles from its lower bound up to the next. By comparisons instead of an arc tangent: exact where the angle is a multiple of 45 degrees, which is
/// frequent with values of half precision, and the same with every C library.
///
/// - Parameters:
///   - image: (side, side).
///   - cell: pixels of a cell's side; divides `side`.
/// - Returns: (side / cell, side / cell, 8).
package func gradientHistograms(of image: Span<Float>, side: Int, cell: Int) -> [Double] {
    precondition(
        (1...SampledShape.sideMaximum).contains(side) && image.count == side * side,
        "not side x side values"
    )
    precondition(cell > 0 && side % cell == 0, "cells do not tile the image")
    let cells = side / cell
    let bins = Int(carina_orientation_count)
    var scratch = [Double](repeating: 0, count: (bins + 1) * side)
    var histograms = [Double](repeating: 0, count: cells * cells * bins)
    // SAFETY: side x side pixels, eight numbers for each cell, and nine for each column; C keeps no pointer.
    unsafe image.withUnsafeBufferPointer { image in
        unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            unsafe histograms.withUnsafeMutableBufferPointer { histograms in
                unsafe carina_gradient_histograms(
                    image.baseAddress,
                    side,
                    cell,
                    scratch.baseAddress,
                    histograms.baseAddress
                )
            }
        }
    }
    return histograms
}

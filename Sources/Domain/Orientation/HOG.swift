package import Lungs

/// Number of elements of a HOG vector: 7 x 7 blocks of 2 x 2 cells of 8 orientations.
package let hogCount = 1568

/// Histograms of oriented gradients (Dalal and Triggs 2005) as scikit-image 0.26 computes them with 8 orientations,
/// 16-pixel cells, blocks of 2 x 2 cells and L2-Hys.
///
/// - Returns: (7 x 7 x 2 x 2 x 8), each block of unit length, or zero where the image is flat.
package func hogVector(of crop: LungCrop) -> [Float] {
    hogVector(image: crop.image)
}

/// The same of an image alone.
///
/// - Parameter image: (128 x 128), row-major.
package func hogVector(image: [Float]) -> [Float] {
    precondition(image.count == LungCrop.side * LungCrop.side, "not 128 x 128 values")
    let histograms = cellHistograms(image)
    var vector: [Float] = []
    vector.reserveCapacity(hogCount)
    for row in 0..<cellCount - 1 {
        for column in 0..<cellCount - 1 {
            var block: [Double] = []
            block.reserveCapacity(4 * orientationCount)
            for y in row...row + 1 {
                let start = (y * cellCount + column) * orientationCount
                block.append(contentsOf: histograms[start..<start + 2 * orientationCount])
            }
            vector.append(contentsOf: normalized(block))
        }
    }
    return vector
}

private let cellSide = 16
private let cellCount = LungCrop.side / cellSide

/// Mean gradient magnitude per cell and bin of 22.5 degrees: (8 x 8 x 8). Gradients at the image's edge are zero.
private func cellHistograms(_ image: [Float]) -> [Double] {
    let side = LungCrop.side
    let last = side - 1
    // tan 22.5°.
    let tangent = Double(2).squareRoot() - 1
    let pixels = image.span
    var histograms = [Double](repeating: 0, count: cellCount * cellCount * orientationCount)
    var sums = histograms.mutableSpan
    for y in 0..<side {
        let row = y * side
        let isInnerRow = y > 0 && y < last
        let (above, below) = isInnerRow ? (row - side, row + side) : (row, row)
        for x in 0..<side {
            let (before, after) = x > 0 && x < last ? (row + x - 1, row + x + 1) : (row, row)
            let across = Double(pixels[after]) - Double(pixels[before])
            let down = Double(pixels[below + x]) - Double(pixels[above + x])
            let magnitude = (across * across + down * down).squareRoot()
            let cell = (y / cellSide) * cellCount + x / cellSide
            sums[cell * orientationCount + bin(across: across, down: down, tangent: tangent)] += magnitude
        }
    }
    let share = 1 / Double(cellSide * cellSide)
    for index in 0..<sums.count { sums[index] *= share }
    return histograms
}

/// The bin of a gradient's angle modulo 180 degrees, each from its lower bound up to the next.
///
/// By comparisons instead of an arc tangent: exact where the angle is a multiple of 45 degrees, which is frequent with
/// values of half precision, and the same with every C library.
///
/// - Parameter tangent: of 22.5 degrees.
private func bin(across: Double, down: Double, tangent: Double) -> Int {
    // Turned by half a circle where it points up, the gradient lies at 0 to 180 degrees.
    let isTurned = down < 0 || (down == 0 && across < 0)
    let (x, y) = isTurned ? (-across, -down) : (across, down)
    if x > 0 {
        if y < x { return y < x * tangent ? 0 : 1 }
        return y * tangent < x ? 2 : 3
    }
    // The second quadrant: 90 degrees belong to it, 180 do not occur but for a gradient of zero.
    if y > -x { return -x < y * tangent ? 4 : 5 }
    return y > -x * tangent ? 6 : (y == 0 ? 0 : 7)
}

/// L2-Hys: to unit length, clipped at 0.2, to unit length again.
private func normalized(_ block: [Double]) -> [Float] {
    func scale(_ values: [Double]) -> Double {
        1 / (values.reduce(0) { $0 + $1 * $1 } + 1e-10).squareRoot()
    }
    let first = scale(block)
    let clipped = block.map { min($0 * first, 0.2) }
    let second = scale(clipped)
    return clipped.map { Float($0 * second) }
}

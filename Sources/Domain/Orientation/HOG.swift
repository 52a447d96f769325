private import LinearAlgebra
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
    let histograms = gradientHistograms(of: image.span, side: LungCrop.side, cell: cellSide)
    var vector = [Float](repeating: 0, count: hogCount)
    var numbers = vector.mutableSpan
    var block = [Double](repeating: 0, count: blockLength)
    for row in 0..<blockCount {
        for column in 0..<blockCount {
            // Two cells of a row lie behind one another.
            let upper = (row * cellCount + column) * orientationCount
            let lower = upper + cellCount * orientationCount
            for index in 0..<blockLength / 2 {
                block[index] = histograms[upper + index]
                block[blockLength / 2 + index] = histograms[lower + index]
            }
            normalize(&block)
            let start = (row * blockCount + column) * blockLength
            for index in 0..<blockLength { numbers[start + index] = Float(block[index]) }
        }
    }
    return vector
}

private let cellSide = 16
private let cellCount = LungCrop.side / cellSide
/// Blocks along each side.
private let blockCount = cellCount - 1
/// Numbers of a block: (2 x 2 x 8).
private let blockLength = 4 * orientationCount

/// L2-Hys: to unit length, clipped at 0.2, to unit length again.
private func normalize(_ block: inout [Double]) {
    func scale(_ values: [Double]) -> Double {
        1 / (values.reduce(0) { $0 + $1 * $1 } + 1e-10).squareRoot()
    }
    let first = scale(block)
    for index in block.indices { block[index] = min(block[index] * first, 0.2) }
    let second = scale(block)
    for index in block.indices { block[index] *= second }
}

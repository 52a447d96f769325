import LinearAlgebra
import Orientation

/// What a slice is compared by in cells: orientations in 8 x 8, density in 16 x 16.
struct PairCells: Sendable, Equatable {
    /// Pixels of a density cell's side, and density cells of an orientation cell's side.
    static let cellSide = 2
    /// Density cells along one side.
    static let side = RegistrationSlice.comparedSide / cellSide
    /// Orientation cells along one side.
    static let orientationSide = side / cellSide
    /// Added to a cell's share of lung before dividing by it.
    static let shareOffset = densityShareOffset

    /// (8 x 8): sums of the eight maps in a cell.
    private(set) var orientation = [SIMD8<Float>](repeating: .zero, count: orientationSide * orientationSide)
    /// (16 x 16): how much of a cell is lung, 0...1.
    private(set) var share = [Float](repeating: 0, count: side * side)
    /// (16 x 16): mean grey value of a cell's lung.
    private(set) var density = [Float](repeating: 0, count: side * side)

    /// Takes the sums of the samples in density cells (16 x 16, 16 lanes).
    mutating func fill(_ sampleSums: [Float]) {
        let sums = sampleSums.span
        let (side, lanes) = (Self.side, InterleavedImage.laneCount)
        precondition(sums.count == side * side * lanes, "not 16 x 16 cells")
        let mean = 1 / Float(Self.cellSide * Self.cellSide)
        for cell in orientation.indices { orientation[cell] = .zero }
        for y in 0..<side {
            for x in 0..<side {
                let (cell, start) = (y * side + x, (y * side + x) * lanes)
                var maps = SIMD8<Float>()
                for lane in 0..<orientationCount { maps[lane] = sums[start + lane] }
                orientation[y / Self.cellSide * Self.orientationSide + x / Self.cellSide] += maps
                let lung =
                    (sums[start + RegistrationSlice.leftLane] + sums[start + RegistrationSlice.rightLane])
                    * mean
                share[cell] = lung
                density[cell] = sums[start + RegistrationSlice.greyLane] * mean / (lung + Self.shareOffset)
            }
        }
    }

    /// Those of an image as it lies.
    init(_ image: InterleavedImage) {
        let (side, lanes, width) = (Self.side, InterleavedImage.laneCount, image.width)
        var sums = [Float](repeating: 0, count: side * side * lanes)
        for y in 0..<image.height {
            for x in 0..<width {
                let cell = y / Self.cellSide * side + x / Self.cellSide
                for lane in 0..<lanes {
                    sums[cell * lanes + lane] += image.values[(y * width + x) * lanes + lane]
                }
            }
        }
        fill(sums)
    }

    /// Cells to be filled.
    init() {}

    /// (8 x 8): the orientations, of unit length together; zero for a flat image.
    var unitOrientation: [SIMD8<Float>] { unit(orientation) }
}

/// Vectors of unit length together, or zero.
private func unit(_ vectors: [SIMD8<Float>]) -> [SIMD8<Float>] {
    let length = dot(vectors, vectors).squareRoot()
    return vectors.map { length > RegistrationSlice.leastLength ? $0 / length : .zero }
}

private func dot(_ a: [SIMD8<Float>], _ b: [SIMD8<Float>]) -> Float {
    var sum = SIMD8<Float>()
    for index in a.indices { sum += a[index] * b[index] }
    return sum.sum()
}

/// How bright lungs are on the average, place by place: a slice differs from it where lesions lie.
package struct DensityReference: Sendable, Equatable {
    /// (16 x 16): mean grey value of the lung in each cell, by the share of lung.
    private let means: [Float]

    /// The average of some slices.
    package init(_ slices: [RegistrationSlice]) {
        var (grey, share) = (PairCells().density, PairCells().share)
        for slice in slices {
            for cell in grey.indices {
                grey[cell] += slice.cells.density[cell] * slice.cells.share[cell]
                share[cell] += slice.cells.share[cell]
            }
        }
        means = zip(grey, share).map { $0 / ($1 + 1e-3) }
    }

    /// How a slice's density differs, by the share of lung.
    @inline(__always)
    func difference(of cells: borrowing PairCells, _ cell: Int) -> Float {
        (cells.density[cell] - means[cell]) * cells.share[cell]
    }
}

/// A fixed slice's cells, ready to be compared with many warped ones.
struct FixedCells: Sendable {
    /// (8 x 8), unit length.
    private let orientation: [SIMD8<Float>]
    /// (16 x 16), unit length.
    private let density: [Float]

    init(_ cells: PairCells, _ reference: DensityReference) {
        orientation = cells.unitOrientation
        let differences = cells.density.indices.map { reference.difference(of: cells, $0) }
        let length = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
        density = differences.map { length > RegistrationSlice.leastLength ? $0 / length : 0 }
    }

    /// Cosines with other cells: of the orientations, and of the densities' differences from the reference.
    func compare(
        _ cells: borrowing PairCells,
        _ reference: DensityReference
    ) -> (orientation: Float, density: Float) {
        var (square, product) = (SIMD8<Float>(), SIMD8<Float>())
        for cell in orientation.indices {
            let value = cells.orientation[cell]
            square += value * value
            product += value * orientation[cell]
        }
        var (densitySquare, densityProduct): (Float, Float) = (0, 0)
        for cell in density.indices {
            let value = reference.difference(of: cells, cell)
            densitySquare += value * value
            densityProduct += value * density[cell]
        }
        func cosine(_ product: Float, _ square: Float) -> Float {
            let length = square.squareRoot()
            return length > RegistrationSlice.leastLength ? product / length : 0
        }
        return (cosine(product.sum(), square.sum()), cosine(densityProduct, densitySquare))
    }
}

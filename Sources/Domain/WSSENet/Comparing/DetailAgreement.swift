import LinearAlgebra
import Lungs

/// Where the insides of two slices agree, cell by cell, as the detail encoder sees them.
///
/// A cell is 8 x 8 pixels of the crop; what it says comes from the 15 x 15 pixels around its middle.
package struct DetailAgreement: Sendable, Equatable {
    /// Cells along each side.
    package static let side = 16
    /// (16 x 16), row-major, -1...1: 1 the same in both, 0 and less nothing in common; 0 where neither shows anything of its
    /// own, and outside the lungs.
    package let cells: [Float]
    /// (16 x 16): how much of each cell is lung in both slices, 0...1.
    package let lungShares: [Float]

    /// Mean over the cells, by how much of them is lung; 0 without any.
    package var mean: Float {
        let whole = lungShares.reduce(0, +)
        guard whole > 0 else { return 0 }
        return zip(cells, lungShares).reduce(0) { $0 + $1.0 * $1.1 } / whole
    }

    /// Compares two feature maps: the cosine of each cell's two vectors, from which the mean vector of both slices' lungs
    /// is taken away, because what all cells have in common says nothing about any.
    ///
    /// - Parameters:
    ///   - first: (channels, 16, 16).
    ///   - second: the same.
    ///   - lungShares: (16 x 16), 0...1.
    init(first: [Float], second: [Float], lungShares: [Float]) {
        let count = Self.side * Self.side
        precondition(first.count == second.count && first.count % count == 0, "maps of other shapes")
        precondition(lungShares.count == count, "not 16 x 16 shares")
        let whole = lungShares.reduce(0, +)
        var (products, firstSquares, secondSquares) = (
            [Float](repeating: 0, count: count), [Float](repeating: 0, count: count),
            [Float](repeating: 0, count: count)
        )
        for start in stride(from: 0, to: first.count, by: count) where whole > 0 {
            var mean: Float = 0
            for cell in 0..<count { mean += (first[start + cell] + second[start + cell]) * lungShares[cell] }
            mean /= 2 * whole
            for cell in 0..<count {
                let (one, other) = (first[start + cell] - mean, second[start + cell] - mean)
                products[cell] += one * other
                firstSquares[cell] += one * one
                secondSquares[cell] += other * other
            }
        }
        self.lungShares = lungShares
        cells = (0..<count).map { cell in
            let length = (firstSquares[cell] * secondSquares[cell]).squareRoot()
            guard lungShares[cell] > 0, length > 1e-12 else { return 0 }
            return min(max(products[cell] / length, -1), 1)
        }
    }

    /// How much of each cell is lung in both crops, (16 x 16): the smaller of both means.
    static func lungShares(_ first: LungCrop, _ second: LungCrop) -> [Float] {
        zip(lungShares(first), lungShares(second)).map { min($0, $1) }
    }

    private static func lungShares(_ crop: LungCrop) -> [Float] {
        let cell = LungCrop.side / side
        let lungs = zip(crop.left, crop.right).map { min($0 + $1, 1) }
        var shares = [Float](repeating: 0, count: side * side)
        var span = shares.mutableSpan
        writeCellMeans(
            into: &span,
            plane: lungs.span,
            height: LungCrop.side,
            width: LungCrop.side,
            cell: cell
        )
        return shares
    }
}

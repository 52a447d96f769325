import LinearAlgebra
package import Lungs
import Orientation

/// One slice as it is registered and compared: about 130 kB of what was computed of its crop, which is not
/// kept.
package struct RegistrationSlice: Sendable, Equatable {
    /// Side of the planes that are compared after the warp.
    package static let comparedSide = labelMapSide
    /// (3, 64, 64): grey values, left lung, right lung.
    let planes: [Float]
    /// (32, 32, 16): eight orientation maps, the left and the right lung, and the grey values in the lungs.
    let compared: InterleavedImage
    /// (2, 32, 32): left and right lung.
    let masks: [Float]
    /// (2): sum of each mask's squares.
    let maskSquares: SIMD2<Float>
    /// As they lie.
    let cells: PairCells

    /// Which lanes of `compared` are the lungs.
    static let (leftLane, rightLane) = (orientationCount, orientationCount + 1)
    /// Which lane is the grey values times the lungs' share.
    static let greyLane = orientationCount + 2

    /// Computes what is compared.
    package init(_ crop: LungCrop) {
        let mean = LungCrop.side / LocalizationNetwork.side
        planes = [crop.image, crop.left, crop.right].flatMap {
            cellMeans(of: $0, side: LungCrop.side, cell: mean)
        }
        let cell = LungCrop.side / Self.comparedSide
        let left = cellMeans(of: crop.left, side: LungCrop.side, cell: cell)
        let right = cellMeans(of: crop.right, side: LungCrop.side, cell: cell)
        masks = left + right
        maskSquares = SIMD2(dotProduct(left.span, left.span), dotProduct(right.span, right.span))
        let grey = crop.image.indices.map {
            crop.image[$0] * min(max(crop.left[$0] + crop.right[$0], 0), 1)
        }
        let side = Self.comparedSide
        let planes = [left, right, cellMeans(of: grey, side: LungCrop.side, cell: cell)]
        compared = InterleavedImage(planes: labelMaps(of: crop) + planes, height: side, width: side)
        cells = PairCells(compared)
    }

    /// A shorter vector of orientations is that of a flat image.
    static let leastLength: Float = 1e-8

    /// The eight orientation maps (8, 32, 32).
    var maps: [Float] { (0..<orientationCount).flatMap { compared.plane($0) } }
}

package import Tomography

/// The lungs in their canonical frame: three planes of 128 x 128, row-major, rounded to half precision (so
/// that a crop which was stored in 16 bits equals the one that was computed).
package struct LungCrop: Sendable, Equatable {
    /// Side of the three planes, pixels.
    package static let side = 128
    /// (128 x 128): grey values, 0 air (-1000 HU) to 1 soft tissue (100 HU).
    package let image: [Float]
    /// (128 x 128): share of each pixel that is the lung on the left of the image, 0...1.
    package let left: [Float]
    /// (128 x 128): share of each pixel that is the lung on the right of the image, 0...1.
    package let right: [Float]

    /// Makes a crop; nil unless each plane has 128 x 128 finite values.
    package init?(image: [Float], left: [Float], right: [Float]) {
        for plane in [image, left, right] {
            guard plane.count == Self.side * Self.side, plane.allSatisfy({ $0.isFinite }) else { return nil }
        }
        self.init(finiteImage: image, left: left, right: right)
    }

    /// A crop whose planes are known to have 128 x 128 finite values.
    init(finiteImage image: [Float], left: [Float], right: [Float]) {
        self.image = image
        self.left = left
        self.right = right
    }
}

/// Brings a slice and its lungs into the canonical frame.
///
/// - Returns: nil when the segmentation shows no lung at all, or was made of a slice of another size.
package func lungCrop(of slice: CTSlice, segmentation: LungSegmentation) -> LungCrop? {
    let mask = segmentation.mask
    switch slice.scale {
    case .hounsfield: return lungCrop(on: MeanGrid(of: slice), mask: mask)
    case .grey8:
        let picture = SmallPicture(of: slice)
        guard picture.rows == mask.rows, picture.columns == mask.columns,
            let frame = CanonicalFrame(mask: mask)
        else { return nil }
        return crop(GreyNormalization.normalized(picture, labels: mask.labels), mask: mask, frame: frame)
    }
}

/// The same of a slice in Hounsfield units whose grid is known.
func lungCrop(on grid: MeanGrid, mask: LungMask) -> LungCrop? {
    guard grid.rows == mask.rows, grid.columns == mask.columns, let frame = CanonicalFrame(mask: mask)
    else { return nil }
    return crop(GreyNormalization.normalized(grid), mask: mask, frame: frame)
}

/// - Parameter image: (rows x columns) of the mask, 0...1.
private func crop(_ image: [Float], mask: LungMask, frame: CanonicalFrame) -> LungCrop? {
    let resampling = Resampling(frame: frame, rows: mask.rows, columns: mask.columns)
    let part = BlurredPart(
        resampling.box,
        of: image,
        rows: mask.rows,
        columns: mask.columns,
        frame: frame
    )
    let shares = resampling.shares(of: mask.labels)
    return LungCrop(finiteImage: resampling.image(part), left: shares.first, right: shares.second)
}

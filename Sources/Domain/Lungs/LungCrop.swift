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
            guard plane.count == Self.side * Self.side, plane.allSatisfy(\.isFinite) else { return nil }
        }
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
    guard let frame = CanonicalFrame(mask: mask) else { return nil }
    let image: [Float]
    switch slice.scale {
    case .hounsfield:
        let grid = MeanGrid(of: slice)
        guard grid.rows == mask.rows, grid.columns == mask.columns else { return nil }
        image = GreyNormalization.normalized(grid)
    case .grey8:
        let picture = SmallPicture(of: slice)
        guard picture.rows == mask.rows, picture.columns == mask.columns else { return nil }
        image = GreyNormalization.normalized(picture, labels: mask.labels)
    }
    let blurred = prefiltered(image, rows: mask.rows, columns: mask.columns, frame: frame)
    let resampling = Resampling(frame: frame, rows: mask.rows, columns: mask.columns)
    let shares = resampling.shares(of: mask.labels)
    return LungCrop(image: resampling.image(blurred), left: shares.first, right: shares.second)
}

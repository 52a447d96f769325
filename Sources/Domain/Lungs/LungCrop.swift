private import Glibc
package import Tomography

/// The lungs in their canonical frame: three planes of 128 x 128, row-major, rounded to half precision (so that a crop
/// which was stored in 16 bits equals the one that was computed).
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
    return LungCrop(
        image: resampling.image(blurred),
        left: resampling.share(of: 1, in: mask.labels),
        right: resampling.share(of: 2, in: mask.labels)
    )
}

/// Blurs an image as much as shrinking to the crop needs: per axis a Gaussian of 0.45 √(f² - 1) when shrinking by f.
func prefiltered(_ image: [Float], rows: Int, columns: Int, frame: CanonicalFrame) -> [Float] {
    func sigma(_ factor: Double) -> Double { 0.45 * max(factor * factor - 1, 0).squareRoot() }
    let (down, across) = (sigma(frame.scaleY), sigma(frame.scaleX))
    guard max(down, across) > 0.2 else { return image }
    let once = blurred(image, rows: rows, columns: columns, sigma: down, alongRows: false)
    return blurred(once, rows: rows, columns: columns, sigma: across, alongRows: true)
}

/// One pass of a Gaussian, cut at 4 sigma, the image reflected at its edges (its last pixel repeated once).
private func blurred(_ image: [Float], rows: Int, columns: Int, sigma: Double, alongRows: Bool) -> [Float] {
    let radius = Int(4 * sigma + 0.5)
    guard radius > 0 else { return image }
    let bells = (0...radius).map { exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
    let total = bells[0] + 2 * bells[1...].reduce(0, +)
    let weights = bells.map { $0 / total }
    var result = [Float](repeating: 0, count: image.count)
    let source = image.span
    var target = result.mutableSpan
    var sums = [Double](repeating: 0, count: columns)
    var line = sums.mutableSpan
    let places = (-radius..<(alongRows ? columns : rows) + radius).map {
        reflected($0, count: alongRows ? columns : rows)
    }
    for y in 0..<rows {
        for x in 0..<columns { line[x] = 0 }
        for offset in -radius...radius {
            let weight = weights[abs(offset)]
            if alongRows {
                let base = y * columns
                for x in 0..<columns {
                    line[x] += weight * Double(source[base + places[x + offset + radius]])
                }
            } else {
                let base = places[y + offset + radius] * columns
                for x in 0..<columns { line[x] += weight * Double(source[base + x]) }
            }
        }
        for x in 0..<columns { target[y * columns + x] = Float(line[x]) }
    }
    return result
}

/// The place from 0 to count - 1 at which an image shows what its mirror images show at `place`: d c b a | a b c d | d c.
private func reflected(_ place: Int, count: Int) -> Int {
    let period = 2 * count
    let inPeriod = ((place % period) + period) % period
    return inPeriod < count ? inPeriod : period - 1 - inPeriod
}

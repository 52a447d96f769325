import LinearAlgebra
import Lungs

/// What the density encoder sees of a view.
extension DensityEncoder {
    /// What the input's planes are, in their order.
    private enum Plane: Int {
        case difference, share, contrast, background, backgroundContrast

        var start: Int { rawValue * side * side }
        var range: Range<Int> { start..<start + side * side }
    }

    private static let cell = LungCrop.side / side
    /// Added to a cell's share of lung before dividing by it, so that cells with little lung count little.
    private static let shareOffset: Float = 0.15
    private static let (differenceScale, contrastScale, shareCenter): (Float, Float, Float) = (4, 6, 0.4)
    private static let (backgroundScale, backgroundContrastScale): (Float, Float) = (6, 12)
    /// Cells to each side over which the mean nearby is taken.
    private static let contrastReach = 3
    /// Added to the share of lung nearby before dividing by it.
    private static let contrastOffset: Float = 0.5

    /// The usual density of each cell (64 x 64): means over slices, by their share of lung.
    ///
    /// - Parameter views: as `EncoderInputs` has them.
    package static func usual(of views: some Sequence<[Float]>) -> [Float] {
        var sums = [Double](repeating: 0, count: side * side)
        var shares = sums
        var measured = [Float](repeating: 0, count: 2 * side * side)
        for view in views {
            var span = measured.mutableSpan
            measure(masked(view.span), into: &span)
            for place in sums.indices {
                let (density, share) = (measured[place], measured[side * side + place])
                sums[place] += Double(density * share)
                shares[place] += Double(share)
            }
        }
        return zip(sums, shares).map { Float($0 / ($1 + 1e-3)) }
    }

    /// Writes the input of a view, (5, 64, 64).
    ///
    /// - Parameter usual: (64 x 64), see `usual(of:)`.
    static func writeCells(_ view: Span<Float>, usual: [Float], into row: inout MutableSpan<Float>) {
        let masked = self.masked(view)
        do {
            var cells = row._mutatingExtracting(0..<Plane.share.range.upperBound)
            measure(masked, into: &cells)
        }
        do {
            var backgrounds = row._mutatingExtracting(Plane.background.range)
            let plane = LungCrop.side * LungCrop.side
            writeCellBackgrounds(
                into: &backgrounds,
                values: view.extracting(0..<plane),
                weights: masked.span.extracting(plane..<2 * plane),
                side: LungCrop.side
            )
        }
        let (share, background) = (Plane.share.start, Plane.background.start)
        for place in usual.indices {
            row[place] = (row[place] - usual[place]) * row[share + place]
            row[background + place] = (row[background + place] - usual[place]) * row[share + place]
        }
        let shares = BoxSums(of: row.span.extracting(Plane.share.range), side: side)
        writeContrast(of: .difference, shares, scale: contrastScale, into: .contrast, of: &row)
        writeContrast(
            of: .background,
            shares,
            scale: backgroundContrastScale,
            into: .backgroundContrast,
            of: &row
        )
        for place in usual.indices {
            row[place] *= differenceScale
            row[share + place] -= shareCenter
            row[background + place] *= backgroundScale
        }
    }

    /// Writes how far a plane of differences is from its mean nearby as another plane.
    private static func writeContrast(
        of source: Plane,
        _ shares: BoxSums,
        scale: Float,
        into target: Plane,
        of row: inout MutableSpan<Float>
    ) {
        let differences = BoxSums(of: row.span.extracting(source.range), side: side)
        for place in 0..<side * side {
            let (line, column) = place.quotientAndRemainder(dividingBy: side)
            let nearby =
                differences.sum(row: line, column: column, reach: contrastReach)
                / (shares.sum(row: line, column: column, reach: contrastReach) + contrastOffset)
            let (share, difference) = (row[Plane.share.start + place], row[source.start + place])
            row[target.start + place] = (difference - share * nearby) * scale
        }
    }

    /// Writes density and share of lung of each cell, (2, 64, 64): mean of image · mask / (mean of mask + 0.15), and mean
    /// of mask.
    private static func measure(_ masked: [Float], into row: inout MutableSpan<Float>) {
        let count = side * side
        // Both as one plane of twice the height.
        writeCellMeans(
            into: &row,
            plane: masked.span,
            height: 2 * LungCrop.side,
            width: LungCrop.side,
            cell: cell
        )
        for place in 0..<count { row[place] /= row[count + place] + shareOffset }
    }

    /// Image · mask and the mask of both lungs, (2, 128, 128).
    private static func masked(_ view: Span<Float>) -> [Float] {
        let plane = LungCrop.side * LungCrop.side
        let (image, left) = (view.extracting(0..<plane), view.extracting(plane..<2 * plane))
        let right = view.extracting(2 * plane..<3 * plane)
        var masked = [Float](repeating: 0, count: 2 * plane)
        var span = masked.mutableSpan
        for index in 0..<plane {
            let mask = min(max(left[index] + right[index], 0), 1)
            span[index] = image[index] * mask
            span[plane + index] = mask
        }
        return masked
    }
}

package import LinearAlgebra
package import Lungs

/// A dense region of irregular outline, as of pneumonia: overlapping discs, kept inside one lung.
///
/// The outline belongs to the lesion, not to the slice: put at the same place of another slice it has the same shape,
/// cut by that slice's lung.
package struct InsertedConsolidation: Sendable, Equatable {
    /// Center of the first and largest disc, pixels of the crop.
    package var row: Float
    /// Center of the first and largest disc, pixels of the crop.
    package var column: Float
    /// How dense it is.
    package var texture: LesionTexture
    /// Offsets from the center.
    private let discs: [SoftDisc]

    /// Draws an outline around a center.
    ///
    /// A disc of 0.7 radii and five to eight of 0.35 to 0.6 whose centers lie 0.4 to 0.9 radii away, so that all
    /// overlap the first or nearly do, and the whole spans about 1.2 radii.
    ///
    /// - Parameters:
    ///   - radius: pixels of the crop.
    ///   - generator: where the outline comes from.
    package init(
        row: Float,
        column: Float,
        radius: Float,
        texture: LesionTexture = .solid,
        generator: inout SeededGenerator
    ) {
        precondition(
            row.isFinite && column.isFinite && radius.isFinite && radius >= 0,
            "no place of a lesion"
        )
        self.row = row
        self.column = column
        self.texture = texture
        var discs = [SoftDisc(row: 0, column: 0, radius: 0.7 * radius)]
        for _ in 0..<5 + generator.below(4) {
            let (down, across) = Self.direction(&generator)
            let distance = radius * (0.4 + 0.5 * Float(generator.unit()))
            discs.append(
                SoftDisc(
                    row: down * distance,
                    column: across * distance,
                    radius: radius * (0.35 + 0.25 * Float(generator.unit()))
                )
            )
        }
        self.discs = discs
    }

    /// Puts the region into an image, reading and writing only the pixels near it.
    ///
    /// - Parameters:
    ///   - image: (128 x 128), 0 air to 1 soft tissue.
    ///   - lung: (128 x 128), share of each pixel that is the lung in which the region lies.
    package func apply(to image: inout MutableSpan<Float>, lung: Span<Float>) {
        let count = LungCrop.side * LungCrop.side
        precondition(image.count == count && lung.count == count, "not 128 x 128 values")
        let placed = self.discs.map {
            SoftDisc(row: self.row + $0.row, column: self.column + $0.column, radius: $0.radius)
        }
        let reaches = placed.map(\.reach)
        let rows = Self.hull(reaches.map(\.rows))
        let columns = Self.hull(reaches.map(\.columns))
        for row in rows {
            for column in columns {
                let pixel = row * LungCrop.side + column
                guard lung[pixel] > 0 else { continue }
                // The largest share is that of the disc which the pixel is deepest in, or nearest to.
                var outside = Float.infinity
                for disc in placed { outside = min(outside, disc.outside(row: row, column: column)) }
                let share = SoftDisc.share(outside: outside)
                image[pixel] = self.texture.grey(image[pixel], share: share * lung[pixel])
            }
        }
    }

    /// The crop with the region in the lung at its center, rounded to half precision like every crop; the masks stay as
    /// they are.
    package func applied(to crop: LungCrop) -> LungCrop {
        let last = Float(LungCrop.side - 1)
        let (row, column) = (min(max(self.row, 0), last).rounded(), min(max(self.column, 0), last).rounded())
        let center = Int(row) * LungCrop.side + Int(column)
        let lung = crop.left[center] >= crop.right[center] ? crop.left : crop.right
        var image = crop.image
        var pixels = image.mutableSpan
        self.apply(to: &pixels, lung: lung.span)
        return crop.replacingImage(image)
    }

    /// A unit vector of random direction: a point of the disc, drawn until one lies in it and off its center.
    private static func direction(_ generator: inout SeededGenerator) -> (down: Float, across: Float) {
        while true {
            let (down, across) = (generator.symmetric(1), generator.symmetric(1))
            let length = (down * down + across * across).squareRoot()
            if length <= 1, length > 0.1 { return (down / length, across / length) }
        }
    }

    /// The smallest range that holds all that are not empty.
    private static func hull(_ ranges: [Range<Int>]) -> Range<Int> {
        let filled = ranges.filter { !$0.isEmpty }
        guard let first = filled.map(\.lowerBound).min(), let end = filled.map(\.upperBound).max() else {
            return 0..<0
        }
        return first..<end
    }
}

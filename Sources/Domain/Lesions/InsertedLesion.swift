package import Lungs

/// A round lesion of known position, put into a slice of the canonical frame.
///
/// One pixel is about 2.4 mm: a radius of 3 pixels is a nodule of 14 mm.
package struct InsertedLesion: Sendable, Equatable {
    /// Center, pixels of the crop; between pixels is allowed.
    package var row: Float
    /// Center, pixels of the crop; between pixels is allowed.
    package var column: Float
    /// Where half of a pixel is lesion, pixels of the crop.
    package var radius: Float
    /// How dense it is.
    package var texture: LesionTexture

    /// Makes a lesion; all numbers finite, the radius not negative.
    package init(row: Float, column: Float, radius: Float, texture: LesionTexture) {
        precondition(
            row.isFinite && column.isFinite && radius.isFinite && radius >= 0,
            "no place of a lesion"
        )
        self.row = row
        self.column = column
        self.radius = radius
        self.texture = texture
    }

    /// Makes a lesion around a pixel.
    package init(at place: LesionPlace, radius: Float, texture: LesionTexture) {
        self.init(row: Float(place.row), column: Float(place.column), radius: radius, texture: texture)
    }

    /// Puts the lesion into an image, reading and writing only the pixels near it.
    ///
    /// - Parameter image: (128 x 128), 0 air to 1 soft tissue.
    package func apply(to image: inout MutableSpan<Float>) {
        precondition(image.count == LungCrop.side * LungCrop.side, "not 128 x 128 values")
        let disc = SoftDisc(row: self.row, column: self.column, radius: self.radius)
        let (rows, columns) = disc.reach
        for row in rows {
            for column in columns {
                let pixel = row * LungCrop.side + column
                image[pixel] = self.texture.grey(
                    image[pixel],
                    share: disc.share(row: row, column: column)
                )
            }
        }
    }

    /// The image with the lesion in it, (128 x 128).
    package func applied(to image: [Float]) -> [Float] {
        var result = image
        var pixels = result.mutableSpan
        self.apply(to: &pixels)
        return result
    }

    /// The crop with the lesion in it, rounded to half precision like every crop; the masks stay as they are.
    package func applied(to crop: LungCrop) -> LungCrop {
        crop.replacingImage(self.applied(to: crop.image))
    }
}

extension LungCrop {
    /// The same masks under another image, rounded to half precision.
    func replacingImage(_ image: [Float]) -> LungCrop {
        var rounded = image
        // Rounding is slow where the processor is not told to; all other pixels are rounded already.
        for pixel in image.indices where image[pixel] != self.image[pixel] {
            rounded[pixel] = Float(Float16(image[pixel]))
        }
        // A lesion's grey value lies between that of finite pixels and 1, so nothing can be refused.
        return LungCrop(image: rounded, left: self.left, right: self.right) ?? self
    }
}

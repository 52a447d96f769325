/// A picture of 8-bit samples, as JPEG and PNG hold them.
package struct RasterImage: Hashable, Sendable {
    /// Pixels from left to right.
    package let width: Int
    /// Pixels from top to bottom.
    package let height: Int
    /// 1 (grey) or 3 (red, green, blue).
    package let channels: Int
    /// (height, width, channels), row-major.
    package let pixels: [UInt8]

    /// Takes the samples of a picture.
    ///
    /// - Precondition: `pixels` has width × height × channels samples, channels is 1 or 3.
    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
        precondition(pixels.count == width * height * channels)
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// (height, width): grey as it is, color as its luma (ITU-R BT.601 in 16-bit fixed point, rounded).
    package func luma() -> [UInt8] {
        guard channels == 3 else { return pixels }
        return (0..<(width * height)).map { index in
            let red = UInt32(pixels[3 * index])
            let green = UInt32(pixels[3 * index + 1])
            let blue = UInt32(pixels[3 * index + 2])
            return UInt8((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16)
        }
    }
}

/// A picture or an object could not be encoded.
package struct EncodingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why, in a short English text without any value of the object.
    package let detail: String

    init(_ detail: String) {
        self.detail = detail
    }

    /// What could not be encoded.
    package var description: String { "encoding: \(detail)" }
}

/// A color of the screen: red, green, blue, 0...255.
package struct RGBColor: Hashable, Sendable {
    /// Red, green and blue.
    package let red, green, blue: UInt8

    /// Makes a color from its three parts, 0...255.
    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// What lies behind the tiles.
    package static let background = RGBColor(17, 19, 23)
    /// The face of a panel before the background.
    package static let panel = RGBColor(27, 31, 37)
    /// Thin lines that only guide the eye.
    package static let rule = RGBColor(62, 69, 79)
    /// Text to be read first.
    package static let text = RGBColor(235, 238, 242)
    /// Text to be read second.
    package static let dimText = RGBColor(158, 167, 179)
    /// The query among its hits.
    package static let query = RGBColor(255, 196, 64)
    /// The lung on the left of the image.
    package static let leftLung = RGBColor(72, 196, 255)
    /// The lung on the right of the image.
    package static let rightLung = RGBColor(255, 138, 92)
}

/// A picture as it is shown: eight bits each of red, green and blue.
package struct RGBImage: Sendable, Equatable {
    /// Number of columns, at least 1.
    package let width: Int
    /// Number of rows, at least 1.
    package let height: Int
    /// (height x width x 3), row-major, red first.
    package private(set) var pixels: [UInt8]

    /// Makes a picture of one color. Sides below 1 are taken as 1.
    package init(width: Int, height: Int, color: RGBColor) {
        self.width = max(width, 1)
        self.height = max(height, 1)
        let count = self.width * self.height
        self.pixels = []
        self.pixels.reserveCapacity(count * 3)
        for _ in 0..<count {
            self.pixels.append(color.red)
            self.pixels.append(color.green)
            self.pixels.append(color.blue)
        }
    }

    /// Makes a picture from its pixels. Nil when a side is not positive or the number of bytes is not
    /// height x width x 3.
    package init?(width: Int, height: Int, pixels: [UInt8]) {
        guard width > 0, height > 0 else { return nil }
        let (count, overflows) = width.multipliedReportingOverflow(by: height)
        guard !overflows, pixels.count / 3 == count, pixels.count % 3 == 0 else { return nil }
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The color at a column and row, which must lie in the picture.
    package subscript(x: Int, y: Int) -> RGBColor {
        let start = (y * self.width + x) * 3
        return RGBColor(self.pixels[start], self.pixels[start + 1], self.pixels[start + 2])
    }

    /// Mixes a color into one pixel; pixels outside of the picture are ignored.
    ///
    /// - Parameter share: 0 leaves the pixel, 1 replaces it.
    package mutating func mix(_ color: RGBColor, share: Float, atX x: Int, y: Int) {
        guard x >= 0, y >= 0, x < self.width, y < self.height, share > 0 else { return }
        let start = (y * self.width + x) * 3
        let part = min(share, 1)
        for (offset, value) in [color.red, color.green, color.blue].enumerated() {
            let old = Float(self.pixels[start + offset])
            self.pixels[start + offset] = UInt8((old + part * (Float(value) - old)).rounded())
        }
    }

    /// Fills a rectangle, as far as it lies in the picture.
    package mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: RGBColor) {
        for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
            for column in max(x, 0)..<max(min(x + width, self.width), max(x, 0)) {
                let start = (row * self.width + column) * 3
                self.pixels[start] = color.red
                self.pixels[start + 1] = color.green
                self.pixels[start + 2] = color.blue
            }
        }
    }

    /// Draws the border of a rectangle inward.
    package mutating func drawBorder(
        x: Int,
        y: Int,
        width: Int,
        height: Int,
        thickness: Int,
        _ color: RGBColor
    ) {
        self.fill(x: x, y: y, width: width, height: thickness, color)
        self.fill(x: x, y: y + height - thickness, width: width, height: thickness, color)
        self.fill(x: x, y: y, width: thickness, height: height, color)
        self.fill(x: x + width - thickness, y: y, width: thickness, height: height, color)
    }

    /// Lays another picture over this one with its upper left corner at a place; what sticks out is cut off.
    package mutating func draw(_ image: RGBImage, x: Int, y: Int) {
        let columns = max(0, -x)..<max(min(image.width, self.width - x), max(0, -x))
        let rows = max(0, -y)..<max(min(image.height, self.height - y), max(0, -y))
        guard !columns.isEmpty else { return }
        for row in rows {
            let from = (row * image.width + columns.lowerBound) * 3
            let to = ((y + row) * self.width + x + columns.lowerBound) * 3
            let count = columns.count * 3
            self.pixels.replaceSubrange(to..<(to + count), with: image.pixels[from..<(from + count)])
        }
    }

    /// A part of the picture; what lies outside of the picture is black.
    package func cropped(x: Int, y: Int, width: Int, height: Int) -> RGBImage {
        var part = RGBImage(width: width, height: height, color: RGBColor(0, 0, 0))
        part.draw(self, x: -x, y: -y)
        return part
    }
}

import Lungs
import Rendering

/// Two lung crops in one frame: the fixed one, and the moving one as it lies after alignment. Drawn for people.
struct AlignedPair: Sendable {
    let fixed: LungCrop
    let moving: LungCrop

    private static let fixedOutline = RGBColor(255, 214, 70)
    private static let movingOutline = RGBColor(70, 226, 255)
    private static let fixedDenser = RGBColor(90, 150, 255)
    private static let movingDenser = RGBColor(255, 110, 80)
    /// How much what lies outside of all lungs is dimmed.
    private static let outsideShare: Float = 0.35

    /// Green where the fixed crop is denser, magenta where the moving one is, gray where they agree; the fixed lungs'
    /// outlines in yellow, the moving ones' in cyan.
    ///
    /// - Parameter side: pixels of the square picture.
    func overlay(side: Int) -> RGBImage {
        let pixels = zip(self.fixed.image, self.moving.image).flatMap { fixed, moving in
            let (green, magenta) = (Self.lifted(fixed), Self.lifted(moving))
            return [magenta, green, magenta]
        }
        var image = Self.picture(pixels, side: side)
        let thickness = max(1.2, Float(side) / 300)
        for (crop, color) in [(self.fixed, Self.fixedOutline), (self.moving, Self.movingOutline)] {
            for curve in coloredOutlines(of: Self.mask(of: crop), width: side, height: side) {
                image.drawOutline(curve.points, color, thickness: thickness, opacity: 1)
            }
        }
        return image
    }

    /// Where the moving crop is denser (red) and where the fixed one is (blue), dark where they agree.
    ///
    /// - Parameter side: pixels of the square picture.
    func difference(side: Int) -> RGBImage {
        let pixels = self.fixed.image.indices.flatMap { index -> [UInt8] in
            let difference = self.moving.image[index] - self.fixed.image[index]
            let isInside = self.isInside(index)
            let strength = min(abs(difference) * 1.8, 1) * (isInside ? 1 : Self.outsideShare)
            let color = difference > 0 ? Self.movingDenser : Self.fixedDenser
            let base: Float = isInside ? 34 : 17
            return [color.red, color.green, color.blue].map {
                UInt8(base + strength * max(Float($0) - base, 0))
            }
        }
        return Self.picture(pixels, side: side)
    }

    private func isInside(_ index: Int) -> Bool {
        [self.fixed, self.moving].contains { $0.left[index] + $0.right[index] >= 0.5 }
    }

    /// The lungs of a crop: pixels that are at least half lung.
    private static func mask(of crop: LungCrop) -> LungMask {
        let labels = zip(crop.left, crop.right).map { left, right -> UInt8 in
            left + right < 0.5 ? 0 : left >= right ? 1 : 2
        }
        let side = LungCrop.side
        return LungMask(rows: side, columns: side, labels: labels, millimetersPerPixel: nil)
            ?? LungMask(emptyWithRows: side, columns: side, millimetersPerPixel: nil)
    }

    /// A grey value for the screen: the square root lifts the vessels out of the dark of the lung.
    private static func lifted(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 1).squareRoot() * 255) }

    private static func picture(_ pixels: [UInt8], side: Int) -> RGBImage {
        let small = RGBImage(width: LungCrop.side, height: LungCrop.side, pixels: pixels)
        return small?.resized(width: side, height: side) ?? RGBImage(width: side, height: side, color: .panel)
    }
}

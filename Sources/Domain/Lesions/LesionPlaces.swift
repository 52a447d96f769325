package import LinearAlgebra
package import Lungs

/// A pixel of the crop.
package struct LesionPlace: Sendable, Hashable {
    /// 0..<128, from the top.
    package let row: Int
    /// 0..<128, from the left of the image.
    package let column: Int

    /// Names a pixel.
    package init(row: Int, column: Int) {
        precondition(
            (0..<LungCrop.side).contains(row) && (0..<LungCrop.side).contains(column),
            "outside the crop"
        )
        self.row = row
        self.column = column
    }

    /// The pixel of a plane's index.
    init(pixel: Int) {
        self.init(row: pixel / LungCrop.side, column: pixel % LungCrop.side)
    }
}

/// Where a lesion may lie, and where the same lesion would lie elsewhere.
package struct LesionPlaces: Sendable, Equatable {
    /// A random place of the lung.
    package let here: LesionPlace
    /// Another one, far from the first.
    package let elsewhere: LesionPlace

    /// A pixel is lung when more than this share of it is.
    package static let lungShareMinimum: Float = 0.9
    /// With fewer pixels of lung there is no room to be elsewhere.
    package static let pixelMinimum = 150

    /// Draws two places.
    ///
    /// - Parameters:
    ///   - pixels: indices of a plane's pixels that are lung, ascending, each once: see `lungPixels`.
    ///   - apart: the places' distance is larger than this, pixels.
    ///   - generator: where the draws come from.
    /// - Returns: nil under 150 pixels, or when none lies far enough from the first.
    package init?(in pixels: [Int], apart: Float, generator: inout SeededGenerator) {
        guard pixels.count >= Self.pixelMinimum else { return nil }
        let here = LesionPlace(pixel: pixels[generator.below(pixels.count)])
        func isFar(_ pixel: Int) -> Bool {
            let down = pixel / LungCrop.side - here.row
            let across = pixel % LungCrop.side - here.column
            return Float(down * down + across * across) > apart * apart
        }
        // Counted first and then found: a list of them would cost more than both.
        var count = 0
        for pixel in pixels where isFar(pixel) { count += 1 }
        guard count > 0 else { return nil }
        var left = generator.below(count)
        for pixel in pixels where isFar(pixel) {
            if left == 0 {
                self.here = here
                self.elsewhere = LesionPlace(pixel: pixel)
                return
            }
            left -= 1
        }
        return nil
    }
}

/// The pixels that are lung, as ascending indices of a plane.
///
/// - Parameters:
///   - left: (128 x 128), share of the lung on the left of the image.
///   - right: (128 x 128), share of the other.
package func lungPixels(left: Span<Float>, right: Span<Float>) -> [Int] {
    let count = LungCrop.side * LungCrop.side
    precondition(left.count == count && right.count == count, "not 128 x 128 values")
    var pixels: [Int] = []
    // About half of a crop is lung at most.
    pixels.reserveCapacity(count / 2)
    for pixel in 0..<count where left[pixel] + right[pixel] > LesionPlaces.lungShareMinimum {
        pixels.append(pixel)
    }
    return pixels
}

/// The pixels that are lung in one crop, or in both of two.
package func lungPixels(of crop: LungCrop, and other: LungCrop? = nil) -> [Int] {
    let pixels = lungPixels(left: crop.left.span, right: crop.right.span)
    guard let other else { return pixels }
    return pixels.filter { other.left[$0] + other.right[$0] > LesionPlaces.lungShareMinimum }
}

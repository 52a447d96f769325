package import Lungs
package import Tomography

/// Which Hounsfield units are shown, from black to white.
package struct IntensityWindow: Hashable, Sendable {
    /// Hounsfield units shown as middle gray.
    package let center: Float
    /// Hounsfield units from black to white, above 0.
    package let width: Float

    /// Makes a window; a width below 1 is taken as 1.
    package init(center: Float, width: Float) {
        self.center = center
        self.width = max(width, 1)
    }

    /// Air to bone, as lungs are read.
    package static let lung = IntensityWindow(center: -600, width: 1600)
    /// Soft tissue.
    package static let softTissue = IntensityWindow(center: 40, width: 400)

    /// Hounsfield units as gray, 0...255.
    package func gray(_ value: Float) -> UInt8 {
        let share = (value - self.center) / self.width + 0.5
        return UInt8((min(max(share, 0), 1) * 255).rounded())
    }
}

/// A slice as a gray picture of the same size: Hounsfield units through the window, 8-bit pictures as they
/// are.
package func render(slice: CTSlice, window: IntensityWindow = .lung) -> RGBImage {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(slice.values.count * 3)
    for value in slice.values {
        let gray =
            switch slice.scale {
            case .hounsfield: window.gray(Float(value))
            case .grey8: UInt8(min(max(value, 0), 255))
            }
        pixels.append(gray)
        pixels.append(gray)
        pixels.append(gray)
    }
    // CTSlice promises rows x columns values, at least one.
    return RGBImage(width: slice.columns, height: slice.rows, pixels: pixels)
        ?? RGBImage(width: slice.columns, height: slice.rows, color: .background)
}

/// A closed curve with its color, in the pixels of the picture on which it is drawn.
package struct ColoredOutline: Sendable, Equatable {
    /// A pixel's center lies at whole numbers; the last point is joined to the first.
    package let points: [SIMD2<Float>]
    /// The color of the line.
    package let color: RGBColor

    /// Makes an outline of one color.
    package init(points: [SIMD2<Float>], color: RGBColor) {
        self.points = points
        self.color = color
    }
}

/// The outlines of both lungs, smoothed and in the pixels of a picture that shows the same field as the mask.
///
/// - Parameters:
///   - width: columns of the picture.
///   - height: rows of the picture.
package func coloredOutlines(of mask: LungMask, width: Int, height: Int) -> [ColoredOutline] {
    guard mask.rows > 0, mask.columns > 0 else { return [] }
    let scale = SIMD2(Float(width) / Float(mask.columns), Float(height) / Float(mask.rows))
    return outlines(of: mask).map { curve in
        let points = smoothed(curve).map { ($0 + 0.5) * scale - 0.5 }
        return ColoredOutline(
            points: points,
            color: label(inside: curve, of: mask) == 1 ? .leftLung : .rightLung
        )
    }
}

/// The label next to a curve's first side: the curves of both lungs come in one list.
private func label(inside curve: [SIMD2<Float>], of mask: LungMask) -> UInt8 {
    // The first point lies half a pixel above the pixel where the tracer began.
    guard let first = curve.first else { return 0 }
    let (x, y) = (Int(first.x.rounded()), Int((first.y + 0.5).rounded()))
    guard x >= 0, y >= 0, x < mask.columns, y < mask.rows else { return 0 }
    return mask.labels[y * mask.columns + x]
}

/// Takes the steps of the pixels out of a closed curve: the mean over five points, twice.
package func smoothed(_ curve: [SIMD2<Float>]) -> [SIMD2<Float>] {
    guard curve.count > 12 else { return curve }
    var points = curve
    for _ in 0..<2 {
        let count = points.count
        points = points.indices.map { index in
            var sum = SIMD2<Float>(0, 0)
            for step in -2...2 { sum += points[(index + step + count) % count] }
            return sum / 5
        }
    }
    return points
}

/// Which part of a slice a preview shows.
package enum PreviewField: Hashable, Sendable {
    /// All of it.
    case whole
    /// A square around the lungs; all of the slice where there are none.
    case lungs
}

/// A slice as a picture for people: windowed, fitted into a square, with the lungs' outlines on request.
///
/// - Parameters:
///   - mask: the lungs; nil or empty draws no outline.
///   - side: the longer side of the result, pixels.
///   - drawsOutline: false uses the mask to find the field only.
package func renderPreview(
    slice: CTSlice,
    mask: LungMask? = nil,
    side: Int,
    window: IntensityWindow = .lung,
    field: PreviewField = .whole,
    drawsOutline: Bool = true
) -> RGBImage {
    var image = render(slice: slice, window: window)
    let curves = mask.map { coloredOutlines(of: $0, width: image.width, height: image.height) } ?? []
    var corner = SIMD2<Float>(0, 0)
    if field == .lungs, let box = squareAround(curves) {
        corner = SIMD2(Float(box.x), Float(box.y))
        image = image.cropped(x: box.x, y: box.y, width: box.side, height: box.side)
    }
    let scale = Float(max(side, 1)) / Float(max(image.width, image.height))
    image = image.fitted(side: side)
    guard drawsOutline else { return image }
    let thickness = max(1.2, Float(side) / 300)
    for curve in curves {
        let points = curve.points.map { ($0 - corner + 0.5) * scale - 0.5 }
        image.drawOutline(points, curve.color, thickness: thickness, opacity: 0.9)
    }
    return image
}

/// The smallest square around all curves with room for the chest wall; nil without curves.
private func squareAround(_ curves: [ColoredOutline]) -> (x: Int, y: Int, side: Int)? {
    let points = curves.flatMap(\.points)
    guard let first = points.first else { return nil }
    let low = points.reduce(first) { pointwiseMin($0, $1) }
    let high = points.reduce(first) { pointwiseMax($0, $1) }
    let half = max(((high - low) / 2).max() * 1.22, 16)
    let corner = (low + high) / 2 - half
    return (Int(corner.x.rounded()), Int(corner.y.rounded()), Int((2 * half).rounded()))
}

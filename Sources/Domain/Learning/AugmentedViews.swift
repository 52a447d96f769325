private import Glibc
import LinearAlgebra
import Lungs

/// Ranges of the random changes by which a crop becomes another view of the same slice.
struct ViewRanges: Equatable {
    /// Half range of the rotation, radians.
    let rotation: Float
    /// Half range of the scale's logarithm.
    let scale: Float
    /// Half range of the logarithm of the height against the width.
    let aspect: Float
    /// Half range of the shift; half of the crop is 1.
    let shift: Float

    static let outline = ViewRanges(rotation: 0.10, scale: 0.05, aspect: 0, shift: 0.036)
    static let detail = ViewRanges(rotation: 0.05, scale: 0.03, aspect: 0.04, shift: 0.025)
}

/// One draw of a rotation, two scales and a shift.
struct ViewTransform {
    private let a, b, c, d, shiftX, shiftY: Float

    init(_ ranges: ViewRanges, generator: inout SeededGenerator) {
        let angle = generator.symmetric(ranges.rotation)
        let scaleX = exp(generator.symmetric(ranges.scale))
        let scaleY = scaleX * exp(generator.symmetric(ranges.aspect))
        (a, b) = (scaleX * cos(angle), -scaleY * sin(angle))
        (c, d) = (scaleX * sin(angle), scaleY * cos(angle))
        shiftX = generator.symmetric(ranges.shift)
        shiftY = generator.symmetric(ranges.shift)
    }

    /// The plane (128 x 128) seen through the transform: bilinear, edges replicated.
    func applied(to plane: [Float]) -> [Float] {
        let side = LungCrop.side
        let half = Float(side) / 2
        var result = [Float](repeating: 0, count: side * side)
        for row in 0..<side {
            let y = (Float(row) + 0.5) / half - 1
            for column in 0..<side {
                let x = (Float(column) + 0.5) / half - 1
                // Places of pixel centers, kept inside so that the edge is repeated.
                let sourceX = min(max((a * x + b * y + shiftX + 1) * half - 0.5, 0), Float(side - 1))
                let sourceY = min(max((c * x + d * y + shiftY + 1) * half - 0.5, 0), Float(side - 1))
                let (left, top) = (min(Int(sourceX), side - 2), min(Int(sourceY), side - 2))
                let (across, down) = (sourceX - Float(left), sourceY - Float(top))
                let place = top * side + left
                let upper = plane[place] + across * (plane[place + 1] - plane[place])
                let lower = plane[place + side] + across * (plane[place + side + 1] - plane[place + side])
                result[row * side + column] = upper + down * (lower - upper)
            }
        }
        return result
    }
}

/// A crop's image moved a little, with other contrast, sometimes blurred, and with noise: (128 x 128), 0...1.
func augmentedImage(_ image: [Float], generator: inout SeededGenerator) -> [Float] {
    var view = ViewTransform(.detail, generator: &generator).applied(to: image)
    let gamma = generator.symmetric(0.15)
    let gain = exp(generator.symmetric(0.1))
    let offset = generator.symmetric(0.04)
    for place in view.indices {
        let value = view[place]
        view[place] = (value + gamma * value * (1 - value)) * gain + offset
    }
    if generator.unit() < 0.4 { view = blurred3x3(view) }
    let noise = Float(generator.unit()) * 0.06
    for place in view.indices { view[place] = min(max(view[place] + noise * generator.normal(), 0), 1) }
    return view
}

/// Means of 3 x 3 pixels, edges replicated.
private func blurred3x3(_ image: [Float]) -> [Float] {
    let side = LungCrop.side
    var across = image
    for row in 0..<side {
        for column in 0..<side {
            let left = image[row * side + max(column - 1, 0)]
            let right = image[row * side + min(column + 1, side - 1)]
            across[row * side + column] = (left + image[row * side + column] + right) / 3
        }
    }
    var result = across
    for row in 0..<side {
        let (above, below) = (max(row - 1, 0) * side, min(row + 1, side - 1) * side)
        for column in 0..<side {
            let middle = across[row * side + column]
            result[row * side + column] = (across[above + column] + middle + across[below + column]) / 3
        }
    }
    return result
}

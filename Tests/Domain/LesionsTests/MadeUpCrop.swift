import Lungs

/// A crop with two elliptic lungs of the given grey values, in tissue.
///
/// - Parameter grey: of a pixel of the lungs, by row and column.
func madeUpCrop(grey: (Int, Int) -> Float = { _, _ in 0.1 }) throws -> LungCrop {
    let side = LungCrop.side
    var (image, left, right) = ([Float](), [Float](), [Float]())
    for row in 0..<side {
        for column in 0..<side {
            func share(_ center: Float) -> Float {
                let (down, across) = ((Float(row) - 63.5) / 50, (Float(column) - center) / 24)
                return down * down + across * across <= 1 ? 1 : 0
            }
            let (onLeft, onRight) = (share(34), share(93))
            left.append(onLeft)
            right.append(onRight)
            image.append(onLeft + onRight > 0 ? Float(Float16(grey(row, column))) : 0.9375)
        }
    }
    guard let crop = LungCrop(image: image, left: left, right: right) else { throw NoCrop() }
    return crop
}

/// Thrown when a crop of finite values is refused.
struct NoCrop: Error {}

private import Glibc

/// A part of an image, blurred as much as shrinking to the crop needs: per axis a Gaussian of 0.45 √(f² - 1) when
/// shrinking by f.
struct BlurredPart {
    /// What part of the image it is.
    let box: Box
    /// (box.height x box.width), row-major.
    let values: [Float]

    /// Blurs a part; beyond its edge an image shows its mirror image.
    ///
    /// - Parameters:
    ///   - box: the part, inside the image.
    ///   - image: (rows x columns).
    init(_ box: Box, of image: [Float], rows: Int, columns: Int, frame: CanonicalFrame) {
        precondition(image.count == rows * columns)
        func sigma(_ factor: Double) -> Double { 0.45 * max(factor * factor - 1, 0).squareRoot() }
        let (down, across) = (sigma(frame.scaleY), sigma(frame.scaleX))
        let isBlurred = max(down, across) > 0.2
        let weights = (
            down: isBlurred ? bell(sigma: down) : [1], across: isBlurred ? bell(sigma: across) : [1]
        )
        let margin = (down: weights.down.count - 1, across: weights.across.count - 1)
        // The part and what its edges are blurred with.
        let lines = (box.top - margin.down..<box.bottom + margin.down).map {
            reflected($0, count: rows) * columns
        }
        let places = box.left - margin.across..<box.right + margin.across
        let liesInside = places.lowerBound >= 0 && places.upperBound <= columns
        var source: [Float] = []
        source.reserveCapacity(lines.count * places.count)
        for line in lines {
            if liesInside {
                source.append(contentsOf: image[line + places.lowerBound..<line + places.upperBound])
            } else {
                source.append(contentsOf: places.map { image[line + reflected($0, count: columns)] })
            }
        }
        let once = blurredAlongColumns(source, columns: places.count, weights.down)
        self.box = box
        values = blurredAlongRows(once, rows: box.rows, weights.across)
    }
}

/// (R + 1): a Gaussian's weights at 0...R pixels, cut at 4 sigma, both sides together adding up to 1.
private func bell(sigma: Double) -> [Double] {
    let radius = Int(4 * sigma + 0.5)
    guard radius > 0 else { return [1] }
    let heights = (0...radius).map { exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
    let total = heights[0] + 2 * heights[1...].reduce(0, +)
    return heights.map { $0 / total }
}

/// One pass of a symmetric filter down the columns.
///
/// - Parameter image: (rows + 2 R x columns), with R rows before the first and behind the last one of the result.
/// - Returns: (rows x columns).
private func blurredAlongColumns(_ image: [Float], columns: Int, _ weights: [Double]) -> [Float] {
    let radius = weights.count - 1
    guard radius > 0 else { return image }
    let rows = image.count / columns - 2 * radius
    var result = [Float](repeating: 0, count: rows * columns)
    var sums = [Double](repeating: 0, count: columns)
    let source = image.span
    var target = result.mutableSpan
    var line = sums.mutableSpan
    for y in 0..<rows {
        let base = (y + radius) * columns
        // SAFETY, here and below: base, above and below are starts of rows, x < columns: all lie inside their arrays.
        for x in 0..<columns {
            unsafe line[unchecked: x] = Double(source[unchecked: base &+ x]) * weights[0]
        }
        for offset in stride(from: radius, to: 0, by: -1) {
            let (weight, above, below) = (weights[offset], base - offset * columns, base + offset * columns)
            for x in 0..<columns {
                let pair =
                    unsafe Double(source[unchecked: above &+ x]) + Double(source[unchecked: below &+ x])
                unsafe line[unchecked: x] += pair * weight
            }
        }
        for x in 0..<columns {
            unsafe target[unchecked: y &* columns &+ x] = Float(line[unchecked: x])
        }
    }
    return result
}

/// One pass of a symmetric filter along the rows.
///
/// - Parameter image: (rows x columns + 2 R), with R columns before the first and behind the last one of the result.
/// - Returns: (rows x columns).
private func blurredAlongRows(_ image: [Float], rows: Int, _ weights: [Double]) -> [Float] {
    let radius = weights.count - 1
    guard radius > 0 else { return image }
    let width = image.count / rows
    let columns = width - 2 * radius
    var result = [Float](repeating: 0, count: rows * columns)
    var sums = [Double](repeating: 0, count: columns)
    let source = image.span
    var target = result.mutableSpan
    var line = sums.mutableSpan
    for y in 0..<rows {
        let base = y * width + radius
        // SAFETY, here and below: x < columns, and base - radius ... base + radius + x lie in row y of the source.
        for x in 0..<columns {
            unsafe line[unchecked: x] = Double(source[unchecked: base &+ x]) * weights[0]
        }
        for offset in stride(from: radius, to: 0, by: -1) {
            let (weight, before, after) = (weights[offset], base - offset, base + offset)
            for x in 0..<columns {
                let pair =
                    unsafe Double(source[unchecked: before &+ x]) + Double(source[unchecked: after &+ x])
                unsafe line[unchecked: x] += pair * weight
            }
        }
        for x in 0..<columns {
            unsafe target[unchecked: y &* columns &+ x] = Float(line[unchecked: x])
        }
    }
    return result
}

/// The place from 0 to count - 1 at which an image shows what its mirror images show at `place`: d c b a | a
/// b c d | d c.
private func reflected(_ place: Int, count: Int) -> Int {
    let period = 2 * count
    let inPeriod = ((place % period) + period) % period
    return inPeriod < count ? inPeriod : period - 1 - inPeriod
}

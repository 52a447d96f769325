private import Glibc

/// Blurs an image as much as shrinking to the crop needs: per axis a Gaussian of 0.45 √(f² - 1) when
/// shrinking by f.
func prefiltered(_ image: [Float], rows: Int, columns: Int, frame: CanonicalFrame) -> [Float] {
    func sigma(_ factor: Double) -> Double { 0.45 * max(factor * factor - 1, 0).squareRoot() }
    let (down, across) = (sigma(frame.scaleY), sigma(frame.scaleX))
    precondition(image.count == rows * columns)
    guard max(down, across) > 0.2 else { return image }
    let once = blurredAlongColumns(image, rows: rows, columns: columns, bell(sigma: down))
    return blurredAlongRows(once, rows: rows, columns: columns, bell(sigma: across))
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
private func blurredAlongColumns(_ image: [Float], rows: Int, columns: Int, _ weights: [Double]) -> [Float] {
    let radius = weights.count - 1
    var result = [Float](repeating: 0, count: image.count)
    var sums = [Double](repeating: 0, count: columns)
    let source = image.span
    var target = result.mutableSpan
    var line = sums.mutableSpan
    for y in 0..<rows {
        let base = y * columns
        for x in 0..<columns { line[x] = Double(source[base + x]) * weights[0] }
        for offset in stride(from: radius, to: 0, by: -1) {
            let (weight, above, below) = (
                weights[offset], reflected(y - offset, count: rows) * columns,
                reflected(y + offset, count: rows) * columns
            )
            // SAFETY: above and below are starts of rows, x < columns: all three lie inside their arrays.
            for x in 0..<columns {
                let pair =
                    unsafe Double(source[unchecked: above &+ x]) + Double(source[unchecked: below &+ x])
                unsafe line[unchecked: x] += pair * weight
            }
        }
        for x in 0..<columns { target[base + x] = Float(line[x]) }
    }
    return result
}

/// One pass of a symmetric filter along the rows.
private func blurredAlongRows(_ image: [Float], rows: Int, columns: Int, _ weights: [Double]) -> [Float] {
    let radius = weights.count - 1
    var result = [Float](repeating: 0, count: image.count)
    var (sums, padded) = (
        [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns + 2 * radius)
    )
    let source = image.span
    var target = result.mutableSpan
    var line = sums.mutableSpan
    var row = padded.mutableSpan
    let places = (0..<columns + 2 * radius).map { reflected($0 - radius, count: columns) }
    for y in 0..<rows {
        let base = y * columns
        for x in places.indices { row[x] = Double(source[base + places[x]]) }
        for x in 0..<columns { line[x] = row[x + radius] * weights[0] }
        for offset in stride(from: radius, to: 0, by: -1) {
            let (weight, before, after) = (weights[offset], radius - offset, radius + offset)
            // SAFETY: after + x < 2 * radius + columns, the size of row; x < columns, the size of line.
            for x in 0..<columns {
                let pair = unsafe row[unchecked: before &+ x] + row[unchecked: after &+ x]
                unsafe line[unchecked: x] += pair * weight
            }
        }
        for x in 0..<columns { target[base + x] = Float(line[x]) }
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

/// Number of orientations: channel k answers to gradients along k · π / 8, modulo π.
package let orientationCount = 8

/// Soft maps of gradient orientation.
///
/// Gradient by central differences (not halved, edges replicated); map k = max(0, cos 2(θ - kπ/8))⁴ · |gradient|, its mean
/// over each cell, divided by √(mean over window x window cells of the sum of the eight squares, edges replicated)
/// + epsilon. No angle is computed: cos 2θ and sin 2θ follow from the gradient's parts.
///
/// - Parameters:
///   - image: (side x side), row-major.
///   - cell: pixels of a cell's side; divides `side`. 1: no pooling.
///   - epsilon: keeps flat places at zero; in units of the image.
///   - window: odd number of cells.
/// - Returns: (8 x cells x cells), cells = side / cell.
package func orientationMaps(
    image: [Float],
    side: Int,
    cell: Int,
    epsilon: Float,
    window: Int
) -> [Float] {
    precondition(image.count == side * side, "not side x side values")
    precondition(cell > 0 && side % cell == 0, "cells do not tile the image")
    precondition(window % 2 == 1, "the window has no middle")
    var maps = pooledResponses(image: image, side: side, cell: cell)
    let cells = side / cell
    let energy = windowMeans(of: energies(of: maps, count: cells * cells), side: cells, window: window)
    for place in 0..<cells * cells {
        let factor = 1 / (energy[place].squareRoot() + epsilon)
        for channel in 0..<orientationCount { maps[channel * cells * cells + place] *= factor }
    }
    return maps
}

/// The responses of the eight orientations, not yet normalized: means over cells.
private func pooledResponses(image: [Float], side: Int, cell: Int) -> [Float] {
    let cells = side / cell
    let plane = cells * cells
    let share = 1 / Float(cell * cell)
    // cos and sin of twice the orientations are 0, ±1 and ±√½, and those of k + 4 are the negatives of those of k.
    let half = Float(0.5).squareRoot()
    let pixels = image.span
    var maps = [Float](repeating: 0, count: orientationCount * plane)
    var sums = maps.mutableSpan
    func place(_ channel: Int, _ response: Float) -> Int {
        (response > 0 ? channel : channel + 4) * plane
    }
    func power(_ response: Float) -> Float {
        let squared = response * response
        return squared * squared
    }
    for y in 0..<side {
        let (above, below) = (max(y - 1, 0) * side, min(y + 1, side - 1) * side)
        for x in 0..<side {
            let across = pixels[y * side + min(x + 1, side - 1)] - pixels[y * side + max(x - 1, 0)]
            let down = pixels[below + x] - pixels[above + x]
            let square = across * across + down * down
            // A gradient of rounding size has no orientation worth the name; the constant is the prototype's.
            let inverse = 1 / (square + 1e-8).squareRoot()
            let cosine = (across * across - down * down) * inverse * inverse
            let sine = 2 * across * down * inverse * inverse
            let strength = square * inverse * share
            let target = (y / cell) * cells + x / cell
            let rising = half * cosine + half * sine
            let falling = half * sine - half * cosine
            sums[place(0, cosine) + target] += power(cosine) * strength
            sums[place(1, rising) + target] += power(rising) * strength
            sums[place(2, sine) + target] += power(sine) * strength
            sums[place(3, falling) + target] += power(falling) * strength
        }
    }
    return maps
}

/// Sum over the maps of their squares, cell by cell.
private func energies(of maps: [Float], count: Int) -> [Float] {
    var sums = [Float](repeating: 0, count: count)
    for channel in 0..<orientationCount {
        for place in 0..<count {
            let value = maps[channel * count + place]
            sums[place] += value * value
        }
    }
    return sums
}

/// Means over a square window around each cell, edges replicated: along rows, then along columns.
private func windowMeans(of values: [Float], side: Int, window: Int) -> [Float] {
    let reach = window / 2
    let share = 1 / Float(window)
    var rows = [Float](repeating: 0, count: values.count)
    for y in 0..<side {
        for x in 0..<side {
            var sum: Float = 0
            for offset in -reach...reach { sum += values[y * side + clamped(x + offset, side)] }
            rows[y * side + x] = sum * share
        }
    }
    var means = [Float](repeating: 0, count: values.count)
    for y in 0..<side {
        for x in 0..<side {
            var sum: Float = 0
            for offset in -reach...reach { sum += rows[clamped(y + offset, side) * side + x] }
            means[y * side + x] = sum * share
        }
    }
    return means
}

/// The nearest place inside.
func clamped(_ place: Int, _ side: Int) -> Int { min(max(place, 0), side - 1) }

/// Otsu's threshold: the middle of the histogram bin that parts the values into two classes of largest
/// variance between them. 256 bins between the smallest and the largest value, in single precision as the
/// reference computes them.
func otsuThreshold(_ values: [UInt8]) -> Float {
    guard let low = values.min(), let high = values.max() else { return 0 }
    guard low < high else { return Float(low) }
    let bins = 256
    let step = Float(high - low) / Float(bins)
    let edges = (0...bins).map { $0 == bins ? Float(high) : Float($0) * step + Float(low) }
    var counts = [Float](repeating: 0, count: bins)
    var pixels = [Int](repeating: 0, count: 256)
    for value in values { pixels[Int(value)] += 1 }
    // Every pixel of one value falls into the same bin.
    for (value, count) in pixels.enumerated() where count > 0 {
        var bin = min(Int((Float(value) - Float(low)) / Float(high - low) * Float(bins)), bins - 1)
        if Float(value) < edges[bin] {
            bin -= 1
        } else if bin < bins - 1, Float(value) >= edges[bin + 1] {
            bin += 1
        }
        counts[bin] += Float(count)
    }
    let centers = (0..<bins).map { (edges[$0] + edges[$0 + 1]) / 2 }
    let below = ClassSums(counts, centers)
    let above = ClassSums(counts.reversed(), centers.reversed())
    var (best, threshold) = (-Float.infinity, centers[0])
    for bin in 0..<bins - 1 {
        let rest = bins - 2 - bin
        let difference = below.means[bin] - above.means[rest]
        let variance = below.weights[bin] * above.weights[rest] * difference * difference
        if variance > best { (best, threshold) = (variance, centers[bin]) }
    }
    return threshold
}

/// Running weight and mean of a histogram's first bins.
private struct ClassSums {
    private(set) var weights: [Float] = []
    private(set) var means: [Float] = []

    init(_ counts: some Sequence<Float>, _ centers: some Sequence<Float>) {
        var (weight, sum) = (Float(0), Float(0))
        for (count, center) in zip(counts, centers) {
            weight += count
            sum += count * center
            weights.append(weight)
            means.append(sum / weight)
        }
    }
}

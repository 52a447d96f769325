/// Finds lungs in an 8-bit picture in a lung window, where only dark against bright is known.
struct PictureSegmentation {
    let picture: SmallPicture

    /// Width of the body that a picture without spacing is taken to show, millimeters: sets only the
    /// closing's radius and the estimate of the area.
    static let assumedBodyMillimeters = 340.0
    /// Opening of the body, pixels.
    static let bodyOpening = 4
    /// A smaller body is no patient, pixels.
    static let bodyMinimum = 500
    /// Least share of the body that must be dark inside, else other thresholds are tried.
    static let insideMinimum = 0.012

    struct Found {
        let labels: [UInt8]
        let bodyArea: Int
        /// Estimated side of a pixel.
        let millimeters: Double
    }

    /// Labels of left and right lung; nil when there is no body.
    func found() -> Found? {
        let split = bestSplit()
        let body = largestFilled(split.body)
        let total = Components(of: body).all.reduce(into: Component()) { $0.add($1) }
        guard total.area >= Self.bodyMinimum else { return nil }
        var inside = split.inside
        inside.formIntersection(body)
        let middleX = Double(total.box.left + total.box.right - 1) / 2
        let components = Components(of: inside)
        let kept = components.all.indices.filter { index in
            let component = components.all[index]
            let area = Double(component.area)
            let isSpeck = area < 0.004 * Double(total.area)
            let isCentral =
                abs(component.centerX - middleX) < AirJudge.middleShare * Double(total.box.columns)
            let isTrachea = area < 0.02 * Double(total.area) && isCentral
            let isThin = area / Double(component.box.columns * component.box.rows) < 0.12
            return !isSpeck && !isTrachea && !isThin
        }
        let millimeters = Self.assumedBodyMillimeters / Double(total.box.columns)
        let labels = LungSides.labels(
            air: components,
            kept: kept,
            body: body,
            middleX: Double(total.sumX) / Double(total.area),
            millimeters: millimeters
        )
        return Found(labels: labels, bodyArea: total.area, millimeters: millimeters)
    }

    /// Dark pixels inside and the body around them, at the threshold that shows lungs.
    private func bestSplit() -> (inside: Plane, body: Plane) {
        let threshold = otsuThreshold(picture.values)
        var split = darkInside(threshold)
        let whole = largestFilled(split.body)
        let wholeArea = Double(whole.area)
        var best = Double(overlap(split.inside, whole))
        guard best / max(1, wholeArea) < Self.insideMinimum else { return split }
        // Lung and soft tissue may lie on one side of the threshold (a large black margin, say): try others.
        let darkest = picture.values.min() ?? 0
        let bright = picture.values.filter { Int($0) > Int(darkest) + 8 }
        let others = [
            bright.count > 500 ? otsuThreshold(bright) : threshold, threshold * 0.6, threshold * 0.4,
        ]
        for other in others {
            let candidate = darkInside(other)
            let inside = Double(overlap(candidate.inside, whole))
            let share = Double(candidate.inside.area) / Double(picture.values.count)
            if inside > max(best * 1.3, 0.02 * wholeArea), share < 0.6 {
                (split, best) = (candidate, inside)
            }
        }
        return split
    }

    /// Dark pixels that are not exterior, and everything that is not exterior.
    ///
    /// Exterior are dark components that touch the edge and hold a corner, or much of the edge, or lie along
    /// it.
    private func darkInside(_ threshold: Float) -> (inside: Plane, body: Plane) {
        let (rows, columns) = (picture.rows, picture.columns)
        var dark = Plane(rows: rows, columns: columns)
        for i in picture.values.indices { dark.pixels[i] = Float(picture.values[i]) <= threshold ? 1 : 0 }
        let components = Components(of: dark)
        var (touching, hasCorner) = ([Int](repeating: 0, count: components.all.count), Set<Int32>())
        for run in components.runs {
            let isOuterRow = run.row == 0 || Int(run.row) == rows - 1
            let (atLeft, atRight) = (run.start == 0, Int(run.end) == columns)
            let length = Int(run.end - run.start)
            let ends = min((atLeft ? 1 : 0) + (atRight ? 1 : 0), length)
            touching[Int(run.component)] += isOuterRow ? length : ends
            if isOuterRow && (atLeft || atRight) { hasCorner.insert(run.component) }
        }
        let exterior = components.plane { index in
            let count = Double(touching[index])
            return count > 0
                && (hasCorner.contains(Int32(index)) || count > 0.25 * Double(rows + columns)
                    || count > 0.15 * Double(components.all[index].area))
        }
        var body = exterior
        for i in body.pixels.indices { body.pixels[i] ^= 1 }
        dark.formIntersection(body)
        return (dark, body)
    }

    /// The largest component after an opening, its holes filled.
    private func largestFilled(_ plane: Plane) -> Plane {
        let opened = plane.opened(by: .diamond(radius: Self.bodyOpening))
        let components = Components(of: opened)
        guard let largest = components.largest else { return opened }
        return components.plane { $0 == largest }.holesFilled()
    }

    private func overlap(_ a: Plane, _ b: Plane) -> Int {
        var both = a
        both.formIntersection(b)
        return both.area
    }
}

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
    for value in values {
        var bin = min(Int((Float(value) - Float(low)) / Float(high - low) * Float(bins)), bins - 1)
        if Float(value) < edges[bin] {
            bin -= 1
        } else if bin < bins - 1, Float(value) >= edges[bin + 1] {
            bin += 1
        }
        counts[bin] += 1
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

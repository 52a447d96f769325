/// Tells lung from trachea, gas of bowel and stomach, and padding: one component of air at a time.
struct AirJudge {
    let grid: MeanGrid
    let millimeters: Double
    /// The whole body: its box and center of mass.
    let body: Component

    /// Above, inside a filled component: vessel, HU.
    static let vesselHounsfield: Int16 = -700
    /// The trachea lies within this share of the body's width from the middle.
    static let middleShare = 0.13
    /// Erosions before densities are taken and before vessels are counted, pixels.
    static let (coreRadius, vesselRadius) = (1.5, 3.0)

    /// Whether a component of the air is lung.
    func isLung(_ air: Components, _ index: Int) -> Bool {
        let component = air.all[index]
        let mask = air.plane(of: index, in: component.box)
        var core = mask.eroded(by: .disc(radius: Self.coreRadius))
        if core.area <= 10 { core = mask }
        let densities = Densities(of: grid, in: component.box, where: core)
        let median = densities.median
        let ninetieth = densities.ninetiethPercentile
        let above900 = densities.share(above: -900)
        let area = Double(component.area) * millimeters * millimeters
        let row = (component.centerY - Double(body.box.top)) / Double(body.box.rows)
        let isCentral = abs(component.centerX - body.centerX) < Self.middleShare * Double(body.box.columns)
        let isTrachea = area < 1000 && isCentral && median < -880
        // Gas without vessels in the front of the body, gas without any structure, or small dark gas right in
        // front.
        let isGas =
            (median < -935 && above900 < 0.2 && row < 0.42 && vesselShare(mask, component.box) < 0.02)
            || (ninetieth < -920 && above900 < 0.05) || (median < -880 && row < 0.25 && area < 1500)
        let isPadding = median < -1100
        return !isTrachea && !isGas && !isPadding
    }

    /// Share of vessel inside the filled component, away from its edge.
    private func vesselShare(_ mask: Plane, _ box: Box) -> Double {
        let inner = mask.holesFilled().eroded(by: .disc(radius: Self.vesselRadius))
        var (vessels, total) = (0, 0)
        for y in 0..<inner.rows {
            let source = (box.top + y) * grid.columns + box.left
            for x in 0..<inner.columns where inner.pixels[y * inner.columns + x] == 1 {
                total += 1
                vessels += grid.sums[source + x] > 4 * Self.vesselHounsfield ? 1 : 0
            }
        }
        return Double(vessels) / Double(max(1, total))
    }
}

/// The distribution of a component's densities, counted exactly in quarters of a Hounsfield unit.
private struct Densities {
    /// (16,381): how many pixels have each sum of four values, -4096...12284.
    private var counts: [Int32]
    private let total: Int
    private static let lowest = 4 * Int(MeanGrid.clip.lowerBound)
    private static let highest = 4 * Int(MeanGrid.clip.upperBound)

    init(of grid: MeanGrid, in box: Box, where mask: Plane) {
        counts = [Int32](repeating: 0, count: Self.highest - Self.lowest + 1)
        var total = 0
        for y in 0..<mask.rows {
            let source = (box.top + y) * grid.columns + box.left
            for x in 0..<mask.columns where mask.pixels[y * mask.columns + x] == 1 {
                counts[Int(grid.sums[source + x]) - Self.lowest] += 1
                total += 1
            }
        }
        self.total = total
    }

    /// The middle value, or the mean of the two middle values, HU.
    var median: Float {
        (value(at: (total - 1) / 2) + value(at: total / 2)) / 2
    }

    /// Linear between neighbors, in single precision as the reference computes it, HU.
    var ninetiethPercentile: Float {
        let place = Float(total - 1) * (Float(90) / 100)
        let (below, fraction) = (Int(place), place - place.rounded(.down))
        let (a, b) = (value(at: below), value(at: min(below + 1, total - 1)))
        return fraction < 0.5 ? a + (b - a) * fraction : b - (b - a) * (1 - fraction)
    }

    /// Share of values above a number of HU.
    func share(above limit: Int) -> Double {
        let above = counts[(4 * limit - Self.lowest + 1)...].reduce(0) { $0 + Int($1) }
        return Double(above) / Double(total)
    }

    /// The value that stands at a place when all are sorted, HU.
    private func value(at place: Int) -> Float {
        var passed = 0
        for (index, count) in counts.enumerated() {
            passed += Int(count)
            if passed > place { return Float(index + Self.lowest) / 4 }
        }
        return Float(Self.highest) / 4
    }
}

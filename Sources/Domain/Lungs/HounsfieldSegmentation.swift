/// Finds lungs in a slice in Hounsfield units: body, air inside it, components that are lung, left and right.
struct HounsfieldSegmentation {
    /// Above: tissue of the body.
    static let tissueHounsfield: Int16 = -350
    /// Below, inside the body: air.
    static let airHounsfield: Int16 = -400
    /// Opening and closing of the body, and the rim that is stripped from its air, millimeters.
    static let (bodyOpening, bodyClosing, bodyRim) = (2.0, 6.0, 4.0)
    /// A smaller body is no patient, square millimeters.
    static let bodyMinimum = 10_000.0
    /// Smaller components of air are dropped, square millimeters.
    static let componentMinimum = 100.0

    let grid: MeanGrid
    let millimeters: Double

    /// Labels on the grid, lung and body area in pixels, or nil when there is no body.
    func found() -> (labels: [UInt8], body: Plane)? {
        let body = body()
        let whole = Components(of: body)
        let total = whole.all.reduce(into: Component()) { $0.add($1) }
        guard Double(total.area) * millimeters * millimeters >= Self.bodyMinimum else { return nil }
        var air = plane { $0 < 4 * Self.airHounsfield }
        // The eroded body lies inside the body, so one intersection is enough.
        air.formIntersection(body.eroded(by: .disc(radius: Self.bodyRim / millimeters)))
        let components = Components(of: air)
        let judge = AirJudge(grid: grid, millimeters: millimeters, body: total)
        let kept = components.all.indices.filter { index in
            Double(components.all[index].area) * millimeters * millimeters >= Self.componentMinimum
                && judge.isLung(components, index)
        }
        let labels = LungSides.labels(
            air: components,
            kept: kept,
            body: body,
            middleX: total.centerX,
            millimeters: millimeters
        )
        return (labels, body)
    }

    /// Tissue, opened, its largest component closed and filled; empty when there is none.
    func body() -> Plane {
        let steps = max(1, Int((Self.bodyOpening / millimeters).rounded(.toNearestOrEven)))
        let tissue = plane { $0 > 4 * Self.tissueHounsfield }
        let components = Components(of: tissue.opened(by: .diamond(radius: steps)))
        guard let largest = components.largest else { return Plane(rows: grid.rows, columns: grid.columns) }
        return components.plane { $0 == largest }
            .closed(by: .disc(radius: Self.bodyClosing / millimeters))
            .holesFilled()
    }

    /// The grid's pixels whose sum of four values passes a test.
    @inline(__always)
    private func plane(where test: (Int16) -> Bool) -> Plane {
        var result = Plane(rows: grid.rows, columns: grid.columns)
        let source = grid.sums.span
        var target = result.pixels.mutableSpan
        for i in 0..<source.count { target[i] = test(source[i]) ? 1 : 0 }
        return result
    }
}

extension Component {
    /// Joins another component to this one.
    mutating func add(_ other: Component) {
        area += other.area
        sumX += other.sumX
        sumY += other.sumY
        box.top = min(box.top, other.box.top)
        box.bottom = max(box.bottom, other.box.bottom)
        box.left = min(box.left, other.box.left)
        box.right = max(box.right, other.box.right)
    }
}

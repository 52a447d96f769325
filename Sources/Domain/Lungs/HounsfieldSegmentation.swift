/// Finds lungs in a slice in Hounsfield units: body, air inside it, components that are lung, left and right.
struct HounsfieldSegmentation {
    let recipe: LungRecipe
    let millimeters: Double

    /// Above: tissue of the body.
    static let tissueHounsfield: Int16 = -350
    /// Below, inside the body: air.
    static let airHounsfield: Int16 = -400
    /// Below, next to air that is lung: lung as well. People draw lungs a little larger than the half way
    /// between lung and tissue, -400 HU, would say.
    static let edgeHounsfield: Int16 = -250
    /// Thickness of the wall that is left around air that is not lung, millimeters.
    static let wall = 4.0
    /// In slices of at least so much lung, square millimeters, air of less than this share of it is dropped
    /// where it lies beside all components of at least that share of the largest.
    static let (foldTotalMinimum, foldShare, lungShare) = (10_000.0, 0.03, 0.2)
    /// Opening and closing of the body, and the rim that is stripped from its air, millimeters.
    static let (bodyOpening, bodyClosing, bodyRim) = (2.0, 6.0, 4.0)
    /// A smaller body is no patient, square millimeters.
    static let bodyMinimum = 10_000.0
    /// Smaller components of air are dropped, square millimeters.
    static let componentMinimum = 100.0

    /// What was found on `scratch.grid`.
    struct Found {
        /// (rows x columns)
        let labels: [UInt8]
        /// Pixels of the body.
        let bodyArea: Int
    }

    /// Labels on the grid; nil when there is no body.
    func found(_ scratch: inout Scratch) -> Found? {
        drawBody(&scratch)
        scratch.parts.find(in: scratch.body)
        let whole = scratch.parts.whole
        guard Double(whole.area) * millimeters * millimeters >= Self.bodyMinimum else { return nil }
        scratch.grid.draw(below: Self.airHounsfield, on: &scratch.inside)
        // The eroded body lies inside the body, so one intersection is enough.
        scratch.within.copy(scratch.body)
        scratch.morphology.erode(&scratch.within, by: .disc(radius: Self.bodyRim / millimeters))
        scratch.inside.formIntersection(scratch.within)
        judgeAir(whole, &scratch)
        if recipe == .standard { growToEdge(&scratch) }
        let sides = LungSides(
            middleX: whole.centerX,
            millimeters: millimeters,
            tracesJunction: recipe == .standard
        )
        return Found(labels: sides.labels(&scratch), bodyArea: whole.area)
    }

    /// Finds the components of `scratch.inside` and keeps those that are lung.
    private func judgeAir(_ whole: Component, _ scratch: inout Scratch) {
        scratch.air.find(in: scratch.inside)
        scratch.air.group()
        let judge = AirJudge(millimeters: millimeters, body: whole)
        scratch.kept.removeAll(keepingCapacity: true)
        for index in scratch.air.all.indices {
            let area = Double(scratch.air.all[index].area) * millimeters * millimeters
            guard area >= Self.componentMinimum, judge.isLung(index, &scratch) else { continue }
            scratch.kept.append(index)
        }
        if recipe == .standard { dropFolds(&scratch) }
    }

    /// Drops small air beside both lungs: folds of the skin, and between arm and chest.
    private func dropFolds(_ scratch: inout Scratch) {
        let all = scratch.air.all
        let areas = scratch.kept.map { all[$0].area }
        let (total, largest) = (areas.reduce(0, +), areas.max() ?? 0)
        guard Double(total) * millimeters * millimeters >= Self.foldTotalMinimum else { return }
        var lungs = Box.nothing
        for index in scratch.kept where Double(all[index].area) >= Self.lungShare * Double(largest) {
            lungs.join(all[index].box)
        }
        scratch.kept.removeAll { index in
            let (x, area) = (all[index].centerX, Double(all[index].area))
            return area < Self.foldShare * Double(total)
                && (x < Double(lungs.left) || x >= Double(lungs.right))
        }
    }

    /// Moves the edge of what is lung from the density at which it is judged to the density at which people
    /// draw it.
    ///
    /// Judged at the edge's density, lung and gas would more often be one component. So what was judged stays
    /// so: air that was found not to be lung keeps its wall, and what holds no lung is not added.
    private func growToEdge(_ scratch: inout Scratch) {
        scratch.left.reset(rows: scratch.inside.rows, columns: scratch.inside.columns)
        scratch.right.copy(scratch.left)
        var kept = scratch.kept[...]
        for index in scratch.air.all.indices {
            let area = Double(scratch.air.all[index].area) * millimeters * millimeters
            if kept.first == index {
                scratch.air.forEachRun(of: index) { scratch.left.fill($0) }
                kept = kept.dropFirst()
            } else if area >= Self.componentMinimum {
                scratch.air.forEachRun(of: index) { scratch.right.fill($0) }
            }
        }
        scratch.grid.draw(below: Self.edgeHounsfield, on: &scratch.inside)
        scratch.inside.formIntersection(scratch.within)
        scratch.morphology.dilate(&scratch.right, by: .disc(radius: Self.wall / millimeters))
        scratch.inside.subtract(scratch.right)
        // Nor does a wall take away what was judged to be lung.
        scratch.inside.formUnion(scratch.left)
        scratch.air.find(in: scratch.inside)
        scratch.air.group()
        scratch.kept.removeAll(keepingCapacity: true)
        for index in scratch.air.all.indices {
            var known = 0
            scratch.air.forEachRun(of: index) { known += scratch.left.count($0) }
            if known > 0 { scratch.kept.append(index) }
        }
    }

    /// Draws `scratch.body`: tissue, opened, its largest component closed and filled; empty when there is
    /// none.
    func drawBody(_ scratch: inout Scratch) {
        let steps = max(1, Int((Self.bodyOpening / millimeters).rounded(.toNearestOrEven)))
        scratch.grid.draw(above: Self.tissueHounsfield, on: &scratch.core)
        scratch.morphology.open(&scratch.core, by: .diamond(radius: steps))
        scratch.parts.find(in: scratch.core)
        scratch.parts.drawLargest(on: &scratch.body)
        scratch.morphology.close(&scratch.body, by: .disc(radius: Self.bodyClosing / millimeters))
        scratch.morphology.fillHoles(&scratch.body)
    }
}

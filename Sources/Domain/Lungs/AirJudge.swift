/// Tells lung from trachea, gas of bowel and stomach, and padding: one component of air at a time.
struct AirJudge {
    let millimeters: Double
    /// The whole body: its box and center of mass.
    let body: Component

    /// Above, inside a filled component: vessel, HU.
    static let vesselHounsfield: Int16 = -700
    /// The trachea lies within this share of the body's width from the middle.
    static let middleShare = 0.13
    /// Erosions before densities are taken and before vessels are counted, pixels.
    static let core = StructuringElement.disc(radius: 1.5)
    static let vessel = StructuringElement.disc(radius: 3)

    /// Whether a component of the air (`scratch.air`) is lung.
    func isLung(_ index: Int, _ scratch: inout Scratch) -> Bool {
        let component = scratch.air.all[index]
        let box = component.box
        scratch.air.draw(index, in: box, on: &scratch.part)
        scratch.core.copy(scratch.part)
        scratch.morphology.erode(&scratch.core, by: Self.core)
        if scratch.core.area <= 10 { scratch.core.copy(scratch.part) }
        let densities = scratch.densities.summary(
            of: scratch.grid,
            in: box,
            where: scratch.core,
            runs: &scratch.runs
        )
        let median = densities.median
        let area = Double(component.area) * millimeters * millimeters
        let row = (component.centerY - Double(body.box.top)) / Double(body.box.rows)
        let isCentral = abs(component.centerX - body.centerX) < Self.middleShare * Double(body.box.columns)
        let isTrachea = area < 1000 && isCentral && median < -880
        // Gas without vessels in the front of the body, gas without any structure, or small dark gas right in
        // front.
        let isGas =
            (median < -935 && densities.above900 < 0.2 && row < 0.42 && vesselShare(in: box, &scratch) < 0.02)
            || (densities.ninetiethPercentile < -920 && densities.above900 < 0.05)
            || (median < -880 && row < 0.25 && area < 1500)
        let isPadding = median < -1100
        return !isTrachea && !isGas && !isPadding
    }

    /// Share of vessel inside the filled component (`scratch.part`), away from its edge.
    private func vesselShare(in box: Box, _ scratch: inout Scratch) -> Double {
        scratch.core.copy(scratch.part)
        scratch.morphology.fillHoles(&scratch.core)
        scratch.morphology.erode(&scratch.core, by: Self.vessel)
        scratch.core.findRuns(of: true, into: &scratch.runs)
        var (vessels, total) = (0, 0)
        for run in scratch.runs {
            let start = (box.top + Int(run.row)) * scratch.grid.columns + box.left
            total += run.count
            for sum in scratch.grid.sums[start + Int(run.start)..<start + Int(run.end)] {
                vessels += sum > 4 * Self.vesselHounsfield ? 1 : 0
            }
        }
        return Double(vessels) / Double(max(1, total))
    }
}

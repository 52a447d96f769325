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

    /// What was found.
    struct Found {
        /// (rows x columns) of the small picture.
        let labels: [UInt8]
        let bodyArea: Int
        /// Estimated side of a pixel.
        let millimeters: Double
    }

    /// Labels of left and right lung; nil when there is no body.
    func found(_ scratch: inout Scratch) -> Found? {
        let split = bestSplit(&scratch)
        scratch.body.copy(split.body)
        keepLargestFilled(&scratch)
        scratch.parts.find(in: scratch.body)
        let total = scratch.parts.whole
        guard total.area >= Self.bodyMinimum else { return nil }
        scratch.inside.copy(split.inside)
        scratch.inside.formIntersection(scratch.body)
        let middleX = Double(total.box.left + total.box.right - 1) / 2
        scratch.air.find(in: scratch.inside)
        scratch.air.group()
        scratch.kept.removeAll(keepingCapacity: true)
        for (index, component) in scratch.air.all.enumerated() {
            let area = Double(component.area)
            let isSpeck = area < 0.004 * Double(total.area)
            let isCentral =
                abs(component.centerX - middleX) < AirJudge.middleShare * Double(total.box.columns)
            let isTrachea = area < 0.02 * Double(total.area) && isCentral
            let isThin = area / Double(component.box.columns * component.box.rows) < 0.12
            if !isSpeck && !isTrachea && !isThin { scratch.kept.append(index) }
        }
        let millimeters = Self.assumedBodyMillimeters / Double(total.box.columns)
        let sides = LungSides(
            middleX: total.centerX,
            millimeters: millimeters,
            tracesJunction: false
        )
        return Found(labels: sides.labels(&scratch), bodyArea: total.area, millimeters: millimeters)
    }

    /// Dark pixels inside, and everything that is not exterior.
    private struct Split {
        var inside = Plane()
        var body = Plane()
    }

    /// Dark pixels inside and the body around them, at the threshold that shows lungs.
    private func bestSplit(_ scratch: inout Scratch) -> Split {
        let threshold = otsuThreshold(picture.values)
        var split = darkInside(threshold, &scratch)
        scratch.body.copy(split.body)
        keepLargestFilled(&scratch)
        let whole = scratch.body
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
            let candidate = darkInside(other, &scratch)
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
    private func darkInside(_ threshold: Float, _ scratch: inout Scratch) -> Split {
        let (rows, columns) = (picture.rows, picture.columns)
        var split = Split(inside: picture.plane(upTo: threshold), body: Plane(rows: rows, columns: columns))
        scratch.parts.find(in: split.inside)
        let components = scratch.parts
        var touching = [Int](repeating: 0, count: components.all.count)
        var hasCorner = [Bool](repeating: false, count: components.all.count)
        for run in components.runs {
            let isOuterRow = run.row == 0 || Int(run.row) == rows - 1
            let (atLeft, atRight) = (run.start == 0, Int(run.end) == columns)
            let ends = min((atLeft ? 1 : 0) + (atRight ? 1 : 0), run.count)
            touching[Int(run.component)] += isOuterRow ? run.count : ends
            if isOuterRow && (atLeft || atRight) { hasCorner[Int(run.component)] = true }
        }
        let isExterior = components.all.indices.map { index in
            let count = Double(touching[index])
            return count > 0
                && (hasCorner[index] || count > 0.25 * Double(rows + columns)
                    || count > 0.15 * Double(components.all[index].area))
        }
        for run in components.runs where isExterior[Int(run.component)] { split.body.fill(run) }
        split.body.invert()
        split.inside.formIntersection(split.body)
        return split
    }

    /// Keeps of `scratch.body` the largest component after an opening, its holes filled.
    private func keepLargestFilled(_ scratch: inout Scratch) {
        scratch.morphology.open(&scratch.body, by: .diamond(radius: Self.bodyOpening))
        scratch.parts.find(in: scratch.body)
        scratch.parts.drawLargest(on: &scratch.body)
        scratch.morphology.fillHoles(&scratch.body)
    }

    private func overlap(_ a: Plane, _ b: Plane) -> Int {
        var both = a
        both.formIntersection(b)
        return both.area
    }
}

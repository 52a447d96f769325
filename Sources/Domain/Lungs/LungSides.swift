/// The steps that both ways of finding lungs share: which air belongs to which lung, and each lung's final
/// shape.
struct LungSides {
    /// Radius with which each lung is closed over vessels and pleura, millimeters.
    static let closingMillimeters = 10.0
    /// Column of the body's center.
    let middleX: Double
    /// Side of a pixel.
    let millimeters: Double
    /// Whether `scratch.grid` shows the slice, so that the line between lungs that touch can be seen.
    let tracesJunction: Bool

    /// Share of a component on the other side of the middle from which it counts as both lungs joined.
    static let splitShare = 0.15
    /// Erosions tried to part two joined lungs, pixels.
    static let splits = [1.5, 2.5, 3.5, 5, 7, 9].map { StructuringElement.disc(radius: $0) }
    /// Distance of the two parts' centers against the image's width, below which they are not two lungs.
    static let splitCenterShare = 0.1

    /// The kept air components -> labels 1 and 2, each lung closed, its holes filled, kept inside the body.
    ///
    /// Takes `scratch.air` (grouped), `scratch.kept`, the numbers of its components that are lung, and
    /// `scratch.body`.
    ///
    /// - Returns: (rows x columns) labels.
    func labels(_ scratch: inout Scratch) -> [UInt8] {
        assign(&scratch)
        let columns = scratch.body.columns
        var labels = [UInt8](repeating: 0, count: scratch.body.rows * columns)
        let closing = StructuringElement.disc(radius: Self.closingMillimeters / millimeters)
        for label in [1, 2] as [UInt8] {
            guard let box = (label == 1 ? scratch.left : scratch.right).boundingBox else { continue }
            // The closing stays inside the bounding box, so only that part has to be touched.
            scratch.part.cut(box, of: label == 1 ? scratch.left : scratch.right)
            scratch.morphology.close(&scratch.part, by: closing)
            scratch.morphology.fillHoles(&scratch.part)
            scratch.core.cut(box, of: scratch.body)
            scratch.part.formIntersection(scratch.core)
            scratch.part.write(label, into: &labels, at: box, columns: columns)
        }
        return labels
    }

    /// Draws the air of the left and of the right side of the image.
    private func assign(_ scratch: inout Scratch) {
        let air = scratch.air
        scratch.left.reset(rows: air.rows, columns: air.columns)
        scratch.right.reset(rows: air.rows, columns: air.columns)
        for index in scratch.kept {
            let area = air.all[index].area
            var onLeft = 0
            air.forEachRun(of: index) { onLeft += pixels(of: $0, before: middleX) }
            if Double(min(onLeft, area - onLeft)) < Self.splitShare * Double(area) {
                air.forEachRun(of: index) {
                    if onLeft > area - onLeft { scratch.left.fill($0) } else { scratch.right.fill($0) }
                }
            } else if let box = part(index, of: air, &scratch) {
                air.forEachRun(of: index) { divide($0, in: box, &scratch) }
                traceJunction(&scratch)
            } else {
                air.forEachRun(of: index) { run in
                    let cut = Int(run.start) + pixels(of: run, before: middleX)
                    scratch.left.fill(row: Int(run.row), Int(run.start)..<cut)
                    scratch.right.fill(row: Int(run.row), cut..<Int(run.end))
                }
            }
        }
    }

    /// Gives each pixel of a run to the nearer part, but leaves runs in which both lungs touch to
    /// `traceJunction`.
    private func divide(_ run: Run, in box: Box, _ scratch: inout Scratch) {
        let y = Int(run.row)
        // Columns from which on the pixels belong to the other part than those before.
        var changes = 0
        var (start, change) = (Int(run.start), 0)
        var isLeft = scratch.parting.isLeft(x: start - box.left, y: y - box.top)
        let beganLeft = isLeft
        for x in run.columns.dropFirst() {
            guard scratch.parting.isLeft(x: x - box.left, y: y - box.top) != isLeft else { continue }
            scratch.fill(isLeft, row: y, start..<x)
            changes += 1
            (start, change) = (x, x)
            isLeft.toggle()
        }
        scratch.fill(isLeft, row: y, start..<Int(run.end))
        guard tracesJunction, changes == 1, beganLeft else { return }
        let contact = JunctionLine.Contact(run: run, cut: change)
        if !scratch.junction.append(contact) {
            traceJunction(&scratch)
            _ = scratch.junction.append(contact)
        }
    }

    /// Moves the line between both lungs to where their pleurae are seen.
    private func traceJunction(_ scratch: inout Scratch) {
        scratch.junction.trace(scratch.grid, millimeters: millimeters)
        for contact in scratch.junction.chain {
            let (row, run) = (Int(contact.run.row), contact.run)
            scratch.left.clear(row: row, run.columns)
            scratch.right.clear(row: row, run.columns)
            scratch.left.fill(row: row, Int(run.start)..<contact.cut)
            scratch.right.fill(row: row, contact.cut..<Int(run.end))
        }
        scratch.junction.clear()
    }

    /// Number of a run's pixels whose column is less than `middleX`.
    private func pixels(of run: Run, before middleX: Double) -> Int {
        let cut = Int(middleX.rounded(.up))
        return min(max(cut, Int(run.start)), Int(run.end)) - Int(run.start)
    }

    /// Erodes a component more and more until two large parts lie side by side, and prepares
    /// `scratch.parting`.
    ///
    /// - Returns: the box to whose corner `scratch.parting` refers; nil when they never do.
    private func part(_ index: Int, of air: Components, _ scratch: inout Scratch) -> Box? {
        // One pixel of surroundings where the image has them; the image's edge itself erodes nothing.
        let grown = air.all[index].box.grown(by: 1)
        let box = Box(
            top: max(grown.top, 0),
            bottom: min(grown.bottom, air.rows),
            left: max(grown.left, 0),
            right: min(grown.right, air.columns)
        )
        air.draw(index, in: box, on: &scratch.part)
        for element in Self.splits {
            scratch.core.copy(scratch.part)
            scratch.morphology.erodeWithinEdges(&scratch.core, by: element)
            scratch.parts.find(in: scratch.core)
            let parts = scratch.parts.all
            guard let (first, second) = largestTwo(parts) else { continue }
            let total = parts.reduce(0) { $0 + $1.area }
            guard Double(parts[second].area) >= Self.splitShare * Double(total) else { continue }
            let (a, b) = (parts[first].centerX, parts[second].centerX)
            guard abs(a - b) >= Self.splitCenterShare * Double(air.columns) else { continue }
            let (left, right) = a < b ? (first, second) : (second, first)
            scratch.parts.group()
            let whole = Box(top: 0, bottom: box.rows, left: 0, right: box.columns)
            scratch.parts.draw(left, in: whole, on: &scratch.part)
            scratch.parts.draw(right, in: whole, on: &scratch.core)
            scratch.parting.take(left: scratch.part, right: scratch.core)
            return box
        }
        return nil
    }

    /// The numbers of the two largest components, the earlier among equals; nil when there are fewer.
    private func largestTwo(_ all: [Component]) -> (Int, Int)? {
        guard all.count >= 2 else { return nil }
        var (first, second) = all[1].area > all[0].area ? (1, 0) : (0, 1)
        for index in 2..<all.count {
            if all[index].area > all[first].area {
                (first, second) = (index, first)
            } else if all[index].area > all[second].area {
                second = index
            }
        }
        return (first, second)
    }
}

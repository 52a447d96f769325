/// The steps that both ways of finding lungs share: which air belongs to which lung, and each lung's final
/// shape.
enum LungSides {
    /// Radius with which each lung is closed over vessels and pleura, millimeters.
    static let closingMillimeters = 10.0
    /// Share of a component on the other side of the middle from which it counts as both lungs joined.
    static let splitShare = 0.15
    /// Erosions tried to part two joined lungs, pixels.
    static let splitRadii = [1.5, 2.5, 3.5, 5, 7, 9]
    /// Distance of the two parts' centers against the image's width, below which they are not two lungs.
    static let splitCenterShare = 0.1

    /// The kept air components -> labels 1 and 2, each lung closed, its holes filled, kept inside the body.
    ///
    /// - Parameters:
    ///   - air: the components of the air inside the body.
    ///   - kept: numbers of the components that are lung.
    ///   - body: (rows x columns), the body.
    ///   - middleX: column of the body's center.
    ///   - millimeters: side of a pixel.
    /// - Returns: (rows x columns) labels.
    static func labels(
        air: Components,
        kept: [Int],
        body: Plane,
        middleX: Double,
        millimeters: Double
    ) -> [UInt8] {
        let sides = assigned(air: air, kept: kept, middleX: middleX)
        var labels = [UInt8](repeating: 0, count: body.pixels.count)
        let closing = StructuringElement.disc(radius: closingMillimeters / millimeters)
        for (label, side) in zip([1, 2] as [UInt8], sides) {
            guard let box = side.boundingBox else { continue }
            // The closing stays inside the bounding box, so only that part has to be touched.
            let lung = side.cut(box).closed(by: closing).holesFilled()
            for y in 0..<lung.rows {
                let target = (box.top + y) * body.columns + box.left
                for x in 0..<lung.columns where lung.pixels[y * lung.columns + x] == 1 {
                    if body.pixels[target + x] == 1, labels[target + x] == 0 { labels[target + x] = label }
                }
            }
        }
        return labels
    }

    /// The air of the left and of the right side of the image.
    private static func assigned(air: Components, kept: [Int], middleX: Double) -> [Plane] {
        var sides = [Plane](repeating: Plane(rows: air.rows, columns: air.columns), count: 2)
        for index in kept {
            let component = air.all[index]
            let runs = air.runs.filter { Int($0.component) == index }
            let left = runs.reduce(0) { $0 + pixels(of: $1, before: middleX) }
            let right = component.area - left
            if Double(min(left, right)) < splitShare * Double(component.area) {
                for run in runs { sides[left > right ? 0 : 1].fill(run) }
            } else if let split = parted(air, index) {
                for run in runs {
                    for x in run.start..<run.end {
                        let side = split.isLeft(x: Int(x), y: Int(run.row)) ? 0 : 1
                        sides[side].fill(Run(row: run.row, start: x, end: x + 1, component: 0))
                    }
                }
            } else {
                for run in runs {
                    let cut = run.start + Int32(pixels(of: run, before: middleX))
                    sides[0].fill(Run(row: run.row, start: run.start, end: cut, component: 0))
                    sides[1].fill(Run(row: run.row, start: cut, end: run.end, component: 0))
                }
            }
        }
        return sides
    }

    /// Number of a run's pixels whose column is less than `middleX`.
    private static func pixels(of run: Run, before middleX: Double) -> Int {
        let cut = Int(middleX.rounded(.up))
        return min(max(cut, Int(run.start)), Int(run.end)) - Int(run.start)
    }

    /// The two parts of a component that an erosion leaves, as distances of every pixel of `box` to each.
    private struct Parting {
        let box: Box
        let toLeft: [Int32]
        let toRight: [Int32]

        func isLeft(x: Int, y: Int) -> Bool {
            let index = (y - box.top) * box.columns + x - box.left
            return toLeft[index] <= toRight[index]
        }
    }

    /// Erodes a component more and more until two large parts lie side by side; nil when they never do.
    private static func parted(_ air: Components, _ index: Int) -> Parting? {
        // One pixel of surroundings where the image has them; the image's edge itself erodes nothing.
        let box = air.all[index].box.grown(by: 1).clipped(rows: air.rows, columns: air.columns)
        let mask = air.plane(of: index, in: box)
        for radius in splitRadii {
            let parts = Components(of: mask.eroded(by: .disc(radius: radius), beyond: .foreground))
            guard parts.all.count >= 2 else { continue }
            let order = parts.all.indices.sorted { parts.all[$0].area > parts.all[$1].area }
            let (first, second) = (order[0], order[1])
            let total = parts.all.reduce(0) { $0 + $1.area }
            guard Double(parts.all[second].area) >= splitShare * Double(total) else { continue }
            let (a, b) = (parts.all[first].centerX, parts.all[second].centerX)
            guard abs(a - b) >= splitCenterShare * Double(air.columns) else { continue }
            let (left, right) = a < b ? (first, second) : (second, first)
            return Parting(
                box: box,
                toLeft: squaredDistances(to: parts.plane { $0 == left }),
                toRight: squaredDistances(to: parts.plane { $0 == right })
            )
        }
        return nil
    }
}

extension Plane {
    /// The smallest box around all pixels that are 1; nil when there is none.
    var boundingBox: Box? {
        var box = Box(top: .max, bottom: 0, left: .max, right: 0)
        for y in 0..<rows {
            let row = pixels[y * columns..<(y + 1) * columns]
            guard let first = row.firstIndex(of: 1), let last = row.lastIndex(of: 1) else { continue }
            box.top = min(box.top, y)
            box.bottom = y + 1
            box.left = min(box.left, first - row.startIndex)
            box.right = max(box.right, last - row.startIndex + 1)
        }
        return box.bottom == 0 ? nil : box
    }
}

/// The outlines of both lungs as closed curves, for drawing.
///
/// Each curve runs through the middles of the pixel sides that part a lung from what is not that lung, so it
/// lies half a pixel outside the lung's pixel centers; the inside lies on its right as seen on the screen.
/// Holes are curves too. Pixels that touch only at a corner belong to different curves.
///
/// - Returns: curves in mask pixels (x to the right, y down, a pixel's center at whole numbers), first those
///   of label 1. A curve's last point is joined to its first.
package func outlines(of mask: LungMask) -> [[SIMD2<Float>]] {
    [1, 2].flatMap { OutlineTracer(mask: mask, label: $0).curves() }
}

/// Follows the sides between pixels of one label and all others.
private struct OutlineTracer {
    let mask: LungMask
    let label: UInt8

    /// A side of a pixel: the pixel to its right, seen in the direction of travel.
    private enum Heading: Int {
        case right, down, left, up

        var turnedRight: Heading { Heading(rawValue: (rawValue + 1) & 3) ?? .right }
        var turnedLeft: Heading { Heading(rawValue: (rawValue + 3) & 3) ?? .right }

        /// One step in this direction.
        var step: (x: Int, y: Int) {
            switch self {
            case .right: (1, 0)
            case .down: (0, 1)
            case .left: (-1, 0)
            case .up: (0, -1)
            }
        }
    }

    func curves() -> [[SIMD2<Float>]] {
        var result: [[SIMD2<Float>]] = []
        // Every closed curve goes to the right along the upper side of some pixel, so these sides are enough
        // to start.
        var visited = [Bool](repeating: false, count: mask.labels.count)
        for y in 0..<mask.rows {
            for x in 0..<mask.columns where isInside(x, y) && !isInside(x, y - 1) {
                guard !visited[y * mask.columns + x] else { continue }
                result.append(curve(fromX: x, y: y, &visited))
            }
        }
        return result
    }

    /// The curve through the upper side of one pixel. `x` and `y` are always the pixel on the right of the
    /// current side.
    private func curve(fromX startX: Int, y startY: Int, _ visited: inout [Bool]) -> [SIMD2<Float>] {
        var (x, y, heading) = (startX, startY, Heading.right)
        var points: [SIMD2<Float>] = []
        repeat {
            if heading == .right { visited[y * mask.columns + x] = true }
            let outward = heading.turnedLeft.step
            points.append(SIMD2(Float(x) + 0.5 * Float(outward.x), Float(y) + 0.5 * Float(outward.y)))
            let ahead = heading.step
            if !isInside(x + ahead.x, y + ahead.y) {
                heading = heading.turnedRight
            } else if !isInside(x + ahead.x + outward.x, y + ahead.y + outward.y) {
                (x, y) = (x + ahead.x, y + ahead.y)
            } else {
                (x, y) = (x + ahead.x + outward.x, y + ahead.y + outward.y)
                heading = heading.turnedLeft
            }
        } while (x, y, heading) != (startX, startY, .right)
        return points
    }

    private func isInside(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < mask.columns && y < mask.rows && mask.labels[y * mask.columns + x] == label
    }
}

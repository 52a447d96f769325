/// Which places of two series belong together: both run through the body in the same order, so the places are the
/// steps of a path that never turns back.
///
/// Dynamic time warping (Sakoe and Chiba 1978) over both series resampled to 4 mm, with local slopes of ½, 1 and 2, free
/// ends (one series may begin or end within the other), and the path whose summed similarity is largest.
struct MonotoneAlignment: Equatable {
    /// Places on the first series, ascending, millimeters.
    let first: [Double]
    /// The places on the second series that belong to them, ascending, millimeters.
    let second: [Double]

    /// Distance of the resampled places, millimeters.
    static let stepMillimeters = 4.0

    /// Steps of the path: places on the first and second series, and how much the place that it leads to counts.
    private static let moves = [(1, 1, 1.0), (1, 2, 1.5), (2, 1, 1.5)]

    /// Finds the path.
    ///
    /// - Parameters:
    ///   - similarities: (first x second), row-major; above zero where two places rather belong together.
    ///   - firstOffsets: (first), ascending, millimeters; at least two.
    ///   - secondOffsets: (second), ascending, millimeters; at least two.
    init(similarities: [Double], firstOffsets: [Double], secondOffsets: [Double]) {
        let rows = ResampledPlaces(firstOffsets, step: Self.stepMillimeters)
        let columns = ResampledPlaces(secondOffsets, step: Self.stepMillimeters)
        let grid = rows.resampled(similarities, columns)
        let path = Self.path(grid, rows: rows.offsets.count, columns: columns.offsets.count)
        first = path.map { rows.offsets[$0.row] }
        second = path.map { columns.offsets[$0.column] }
    }

    /// How far two places are from belonging together: the mean of the distances on both series, millimeters.
    func distance(_ firstOffset: Double, _ secondOffset: Double) -> Double {
        let onSecond = Self.image(of: firstOffset, from: first, to: second)
        let onFirst = Self.image(of: secondOffset, from: second, to: first)
        return (abs(onSecond - secondOffset) + abs(onFirst - firstOffset)) / 2
    }

    /// The place that belongs to another; beyond the path's ends series run side by side.
    private static func image(of place: Double, from: [Double], to: [Double]) -> Double {
        let last = from.count - 1
        if place <= from[0] { return to[0] + place - from[0] }
        if place >= from[last] { return to[last] + place - from[last] }
        var (low, high) = (0, last)
        while high - low > 1 {
            let middle = (low + high) / 2
            if from[middle] <= place { low = middle } else { high = middle }
        }
        let share = (place - from[low]) / (from[high] - from[low])
        return to[low] + share * (to[high] - to[low])
    }

    /// The cells of the best path from a first row or column to a last one.
    private static func path(_ grid: [Double], rows: Int, columns: Int) -> [(row: Int, column: Int)] {
        var best = grid
        var moveTo = [Int](repeating: -1, count: grid.count)
        for row in 0..<rows {
            for column in 0..<columns {
                let cell = row * columns + column
                var found = row == 0 || column == 0 ? grid[cell] : -Double.infinity
                for (index, (down, across, weight)) in moves.enumerated()
                where row >= down && column >= across {
                    let before = best[cell - down * columns - across]
                    // A place beside the edges may be out of every path's reach.
                    guard before > -.infinity, before + weight * grid[cell] > found else { continue }
                    found = before + weight * grid[cell]
                    moveTo[cell] = index
                }
                best[cell] = found
            }
        }
        let ends = (0..<columns).map { (rows - 1, $0) } + (0..<rows).map { ($0, columns - 1) }
        guard
            var place = ends.max(by: { best[$0.0 * columns + $0.1] < best[$1.0 * columns + $1.1] })
        else { return [] }
        var path = [(row: place.0, column: place.1)]
        while moveTo[place.0 * columns + place.1] >= 0 {
            let (down, across, _) = moves[moveTo[place.0 * columns + place.1]]
            place = (place.0 - down, place.1 - across)
            path.append((row: place.0, column: place.1))
        }
        return path.reversed()
    }
}

/// Even places along a series, each between two of its slices.
private struct ResampledPlaces {
    let offsets: [Double]
    /// The slice before each place, and the share of the one behind it.
    private let neighbors: [(before: Int, share: Double)]
    private let sliceCount: Int

    init(_ slices: [Double], step: Double) {
        precondition(slices.count >= 2, "a series has two slices at least")
        let first = slices[0], last = slices[slices.count - 1]
        offsets = (0...Int((last - first + 1e-6) / step)).map { first + Double($0) * step }
        sliceCount = slices.count
        var before = 0
        neighbors = offsets.map { offset in
            while before < slices.count - 2, slices[before + 1] <= offset { before += 1 }
            let width = max(slices[before + 1] - slices[before], 1e-6)
            return (before, min(max((offset - slices[before]) / width, 0), 1))
        }
    }

    /// Slices x slices -> places x places, linear.
    func resampled(_ values: [Double], _ columns: ResampledPlaces) -> [Double] {
        precondition(values.count == sliceCount * columns.sliceCount, "not slices x slices")
        var result: [Double] = []
        result.reserveCapacity(offsets.count * columns.offsets.count)
        for (row, down) in neighbors {
            for (column, across) in columns.neighbors {
                let upper = row * columns.sliceCount + column
                let lower = upper + columns.sliceCount
                let above = (1 - across) * values[upper] + across * values[upper + 1]
                let below = (1 - across) * values[lower] + across * values[lower + 1]
                result.append((1 - down) * above + down * below)
            }
        }
        return result
    }
}

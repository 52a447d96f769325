/// The distribution of a component's densities, counted exactly in quarters of a Hounsfield unit.
struct Densities: Sendable {
    /// (16,384): how many pixels have each sum of four values, from -4096 on; all 0 before `count`.
    private var counts = [Int32](repeating: 0, count: groups * groupSize)
    /// (256): the same for 64 sums in a row.
    private var groupCounts = [Int32](repeating: 0, count: groups)
    private var total = 0
    private static let lowest = 4 * Int(MeanGrid.clip.lowerBound)
    private static let (groups, groupSize) = (256, 64)

    /// What the judgment needs to know.
    struct Summary {
        /// The middle value, or the mean of the two middle values, HU.
        let median: Float
        /// Linear between neighbors, in single precision as the reference computes it, HU.
        let ninetiethPercentile: Float
        /// Share of values above -900 HU.
        let above900: Double
    }

    /// Sums up the values of a grid under the pixels of a mask, whose first pixel lies at the box's corner.
    /// Not empty.
    mutating func summary(of grid: MeanGrid, in box: Box, where mask: Plane, runs: inout [Run]) -> Summary {
        mask.findRuns(of: true, into: &runs)
        total = 0
        for run in runs {
            let start = (box.top + Int(run.row)) * grid.columns + box.left
            for sum in grid.sums[start + Int(run.start)..<start + Int(run.end)] {
                let place = Int(sum) - Self.lowest
                counts[place] &+= 1
                groupCounts[place / Self.groupSize] &+= 1
            }
            total += run.count
        }
        let place = Float(total - 1) * (Float(90) / 100)
        let (below, fraction) = (Int(place), place - place.rounded(.down))
        let (a, b) = (value(at: below), value(at: min(below + 1, total - 1)))
        let summary = Summary(
            median: (value(at: (total - 1) / 2) + value(at: total / 2)) / 2,
            ninetiethPercentile: fraction < 0.5 ? a + (b - a) * fraction : b - (b - a) * (1 - fraction),
            above900: Double(count(above: -900)) / Double(max(1, total))
        )
        clear()
        return summary
    }

    /// The value that stands at a place when all are sorted, HU.
    private func value(at place: Int) -> Float {
        var (passed, group) = (0, 0)
        while group < Self.groups - 1, passed + Int(groupCounts[group]) <= place {
            passed += Int(groupCounts[group])
            group += 1
        }
        var index = group * Self.groupSize
        while index < counts.count - 1, passed + Int(counts[index]) <= place {
            passed += Int(counts[index])
            index += 1
        }
        return Float(index + Self.lowest) / 4
    }

    /// Number of values above a number of HU.
    private func count(above limit: Int) -> Int {
        let first = 4 * limit - Self.lowest + 1
        let (group, rest) = ((first + Self.groupSize - 1) / Self.groupSize, first..<counts.count)
        var sum = 0
        for index in rest.prefix(group * Self.groupSize - first) { sum += Int(counts[index]) }
        for index in group..<Self.groups { sum += Int(groupCounts[index]) }
        return sum
    }

    /// Only groups that hold something are cleared: a small component costs little.
    private mutating func clear() {
        for group in groupCounts.indices where groupCounts[group] > 0 {
            groupCounts[group] = 0
            for index in group * Self.groupSize..<(group + 1) * Self.groupSize { counts[index] = 0 }
        }
    }
}

/// A horizontal stretch of equal pixels: columns `start..<end` of one row.
struct Run: Sendable {
    let row: Int32
    let start: Int32
    let end: Int32
    /// The component to which it belongs.
    var component: Int32

    var count: Int { Int(end - start) }
    var columns: Range<Int> { Int(start)..<Int(end) }
}

/// One 4-connected component, or several taken together.
struct Component: Sendable {
    var area = 0
    /// Sum of the columns of its pixels.
    var sumX = 0
    /// Sum of the rows of its pixels.
    var sumY = 0
    var box = Box.nothing

    var centerX: Double { Double(sumX) / Double(area) }
    var centerY: Double { Double(sumY) / Double(area) }

    mutating func add(_ run: Run) {
        let (row, start, end) = (Int(run.row), Int(run.start), Int(run.end))
        area += end - start
        sumX += (start + end - 1) * (end - start) / 2
        sumY += row * (end - start)
        box.join(Box(top: row, bottom: row + 1, left: start, right: end))
    }

    /// Joins another component to this one.
    mutating func add(_ other: Component) {
        area += other.area
        sumX += other.sumX
        sumY += other.sumY
        box.join(other.box)
    }
}

/// The 4-connected components of a plane, numbered by their first pixel in reading order. Reused from plane
/// to plane.
struct Components: Sendable {
    private(set) var rows = 0
    private(set) var columns = 0
    /// All runs in reading order.
    private(set) var runs: [Run] = []
    private(set) var all: [Component] = []
    private var parents: [Int32] = []
    /// Places in `runs`, those of one component after those of the one before; where each component's begin.
    private var grouped: [Int32] = []
    private var groupStarts: [Int32] = []

    init() {}

    /// Labels the pixels of one value: first runs, then a union-find over runs that touch in neighboring
    /// rows.
    mutating func find(in plane: Plane, value: Bool = true) {
        rows = plane.rows
        columns = plane.columns
        plane.findRuns(of: value, into: &runs)
        parents.removeAll(keepingCapacity: true)
        parents.append(contentsOf: 0..<Int32(runs.count))
        joinNeighbors()
        all.removeAll(keepingCapacity: true)
        for index in runs.indices {
            let first = root(of: index)
            if first == index {
                runs[index].component = Int32(all.count)
                all.append(Component())
            } else {
                runs[index].component = runs[first].component
            }
            all[Int(runs[index].component)].add(runs[index])
        }
        grouped.removeAll(keepingCapacity: true)
        groupStarts.removeAll(keepingCapacity: true)
    }

    /// Joins the runs that touch in neighboring rows.
    private mutating func joinNeighbors() {
        // `above` walks through the row before while `current` walks through its own: each pair is met once.
        var above = 0
        for current in runs.indices {
            let run = runs[current]
            while above < current {
                let other = runs[above]
                guard other.row < run.row - 1 || (other.row == run.row - 1 && other.end <= run.start) else {
                    break
                }
                above += 1
            }
            var candidate = above
            while candidate < current, runs[candidate].row == run.row - 1, runs[candidate].start < run.end {
                let (a, b) = (root(of: candidate), root(of: current))
                // The smaller index is the earlier pixel: it names the component.
                if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
                candidate += 1
            }
        }
    }

    private mutating func root(of index: Int) -> Int {
        var index = index
        while true {
            let parent = Int(parents[index])
            if parent == index { return index }
            parents[index] = parents[parent]
            index = parent
        }
    }

    /// All components taken together.
    var whole: Component { all.reduce(into: Component()) { $0.add($1) } }

    /// The number of the largest component, the earliest among equals; nil when there is none.
    var largest: Int? {
        var best: Int?
        for index in all.indices where all[index].area > (best.map { all[$0].area } ?? 0) { best = index }
        return best
    }

    /// Calls a function with each run of one component, in reading order. `group()` must have been called.
    @inline(__always)
    func forEachRun(of index: Int, _ body: (Run) -> Void) {
        precondition(groupStarts.count == all.count + 1)
        for place in groupStarts[index]..<groupStarts[index + 1] { body(runs[Int(grouped[Int(place)])]) }
    }

    /// Prepares `forEachRun(of:)`, for which all runs are sorted by component once.
    mutating func group() {
        groupStarts.append(contentsOf: repeatElement(0, count: all.count + 1))
        for run in runs { groupStarts[Int(run.component) + 1] += 1 }
        for index in all.indices { groupStarts[index + 1] += groupStarts[index] }
        grouped.append(contentsOf: repeatElement(0, count: runs.count))
        // Fills each group from its start, which so moves to the next group's start, and back by one group.
        for index in runs.indices {
            let component = Int(runs[index].component)
            grouped[Int(groupStarts[component])] = Int32(index)
            groupStarts[component] += 1
        }
        for index in all.indices.reversed() { groupStarts[index + 1] = groupStarts[index] }
        groupStarts[0] = 0
    }

    /// Makes a plane of the box the pixels of one component. `group()` must have been called.
    func draw(_ index: Int, in box: Box, on plane: inout Plane) {
        plane.reset(rows: box.rows, columns: box.columns)
        forEachRun(of: index) { run in
            let columns = Int(run.start) - box.left..<Int(run.end) - box.left
            plane.fill(row: Int(run.row) - box.top, columns)
        }
    }

    /// Makes a plane the pixels of the largest component, or empty.
    func drawLargest(on plane: inout Plane) {
        plane.reset(rows: rows, columns: columns)
        guard let largest else { return }
        for run in runs where Int(run.component) == largest { plane.fill(run) }
    }
}

extension Plane {
    /// All runs of a value in reading order; their component is still 0.
    func findRuns(of value: Bool, into runs: inout [Run]) {
        runs.removeAll(keepingCapacity: true)
        for y in 0..<rows {
            var (start, before) = (-1, UInt64(0))
            for word in 0..<stride {
                // The unused bit at the row's end stays 0, so that every run ends within its row.
                var bits = words[origin + y * stride + word]
                if !value { bits ^= pixelBits(ofWord: word) }
                var changes = bits ^ (bits << 1 | before)
                before = bits >> 63
                while changes != 0 {
                    let x = 64 * word + changes.trailingZeroBitCount
                    changes &= changes - 1
                    if start < 0 {
                        start = x
                    } else {
                        runs.append(Run(row: Int32(y), start: Int32(start), end: Int32(x), component: 0))
                        start = -1
                    }
                }
            }
        }
    }
}

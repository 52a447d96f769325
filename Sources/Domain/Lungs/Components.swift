/// A horizontal stretch of equal pixels: columns `start..<end` of one row.
struct Run {
    let row: Int32
    let start: Int32
    let end: Int32
    /// The component to which it belongs.
    var component: Int32
}

/// One 4-connected component.
struct Component {
    var area = 0
    /// Sum of the columns of its pixels.
    var sumX = 0
    /// Sum of the rows of its pixels.
    var sumY = 0
    var box = Box(top: .max, bottom: 0, left: .max, right: 0)

    var centerX: Double { Double(sumX) / Double(area) }
    var centerY: Double { Double(sumY) / Double(area) }

    mutating func add(_ run: Run) {
        let (row, start, end) = (Int(run.row), Int(run.start), Int(run.end))
        area += end - start
        sumX += (start + end - 1) * (end - start) / 2
        sumY += row * (end - start)
        box.top = min(box.top, row)
        box.bottom = max(box.bottom, row + 1)
        box.left = min(box.left, start)
        box.right = max(box.right, end)
    }
}

/// The 4-connected components of a plane, numbered by their first pixel in reading order.
struct Components {
    let rows: Int
    let columns: Int
    private(set) var runs: [Run]
    private(set) var all: [Component]

    /// Labels the pixels of one value: first runs, then a union-find over runs that touch in neighboring
    /// rows.
    init(of plane: Plane, value: UInt8 = 1) {
        rows = plane.rows
        columns = plane.columns
        runs = plane.runs(of: value)
        all = []
        var parents = (0..<Int32(runs.count)).map { $0 }
        func root(of index: Int32) -> Int32 {
            var index = index
            while parents[Int(index)] != index {
                parents[Int(index)] = parents[Int(parents[Int(index)])]
                index = parents[Int(index)]
            }
            return index
        }
        // `above` walks through the row before while `current` walks through its own: each pair is met once.
        var above = 0
        for current in runs.indices {
            let run = runs[current]
            while above < current {
                let other = runs[above]
                if other.row < run.row - 1 || (other.row == run.row - 1 && other.end <= run.start) {
                    above += 1
                } else {
                    break
                }
            }
            var candidate = above
            while candidate < current, runs[candidate].row == run.row - 1, runs[candidate].start < run.end {
                let (a, b) = (root(of: Int32(candidate)), root(of: Int32(current)))
                // The smaller index is the earlier pixel: it names the component.
                if a < b { parents[Int(b)] = a } else { parents[Int(a)] = b }
                candidate += 1
            }
        }
        for index in runs.indices {
            let first = Int(root(of: Int32(index)))
            if first == index {
                runs[index].component = Int32(all.count)
                all.append(Component())
            } else {
                runs[index].component = runs[first].component
            }
            all[Int(runs[index].component)].add(runs[index])
        }
    }

    /// The number of the largest component, the earliest among equals; nil when there is none.
    var largest: Int? {
        var best: Int?
        for index in all.indices where all[index].area > (best.map { all[$0].area } ?? 0) { best = index }
        return best
    }

    /// The pixels of the chosen components.
    func plane(where isChosen: (Int) -> Bool) -> Plane {
        let chosen = all.indices.map(isChosen)
        var result = Plane(rows: rows, columns: columns)
        for run in runs where chosen[Int(run.component)] { result.fill(run) }
        return result
    }

    /// The pixels of one component inside a box.
    func plane(of index: Int, in box: Box) -> Plane {
        var result = Plane(rows: box.rows, columns: box.columns)
        for run in runs where Int(run.component) == index {
            let y = Int(run.row) - box.top
            let (start, end) = (max(Int(run.start) - box.left, 0), min(Int(run.end) - box.left, box.columns))
            guard y >= 0, y < box.rows, start < end else { continue }
            for x in start..<end { result.pixels[y * box.columns + x] = 1 }
        }
        return result
    }
}

extension Plane {
    /// Sets a run's pixels.
    mutating func fill(_ run: Run) {
        let start = Int(run.row) * columns
        for x in Int(run.start)..<Int(run.end) { pixels[start + x] = 1 }
    }

    /// Fills every hole: 0-pixels from which no 4-connected path of 0-pixels leads to the edge.
    func holesFilled() -> Plane {
        let background = Components(of: self, value: 0)
        let isHole = background.all.map { component in
            component.box.top > 0 && component.box.left > 0 && component.box.bottom < rows
                && component.box.right < columns
        }
        var result = self
        for run in background.runs where isHole[Int(run.component)] { result.fill(run) }
        return result
    }

    /// All runs of a value in reading order; their component is still 0.
    func runs(of value: UInt8) -> [Run] {
        var result: [Run] = []
        result.reserveCapacity(rows * 8)
        let source = pixels.span
        for y in 0..<rows {
            let base = y * columns
            var x = 0
            while x < columns {
                // SAFETY: x < columns, so base + x < rows * columns = source.count.
                guard unsafe source[unchecked: base &+ x] == value else {
                    x &+= 1
                    continue
                }
                let start = x
                while x < columns, unsafe source[unchecked: base &+ x] == value { x &+= 1 }
                result.append(Run(row: Int32(y), start: Int32(start), end: Int32(x), component: 0))
            }
        }
        return result
    }
}

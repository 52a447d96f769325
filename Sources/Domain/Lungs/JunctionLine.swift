/// Where two lungs touch, the line between them: the pleurae of both, one or two pixels of slightly denser
/// tissue that run from the front of the chest to the mediastinum.
///
/// Halving the way between both lungs' cores misses it, for the larger lung bulges over the middle. So the
/// line is traced: of all paths that go down one row at a time through the rows in which the lungs touch, the
/// one along the densest pixels (as in Hu, Hoffman, Reinhardt 2001), found by dynamic programming.
struct JunctionLine: Sendable {
    /// A run in which one lung ends and the other begins.
    struct Contact: Sendable {
        let run: Run
        /// The first column of the lung on the right.
        var cut: Int
    }

    /// The runs of one row after another whose pixels touch.
    private(set) var chain: [Contact] = []
    private var best: [Int32] = []
    private var steps: [Int8] = []

    /// How far from half the way the line may run, millimeters.
    static let reachMillimeters = 30.0
    /// Columns that the line may move from row to row.
    private static let stepMaximum = 2
    /// What a step of one column costs, in quarters of a HU.
    private static let stepCost: Int32 = 4 * 40
    /// What a column's distance from half the way costs in each row, in quarters of a HU: where nothing is
    /// seen, the line runs there.
    private static let distanceCost: Int32 = 4 * 3
    /// Denser pixels are vessels or bone, not the line: they count as this, quarters of a HU.
    private static let clip: ClosedRange<Int16> = 4 * -1000...4 * -600
    private static let never = Int32.min / 2

    /// Adds a contact to the chain if it continues it.
    ///
    /// - Returns: whether it does.
    mutating func append(_ contact: Contact) -> Bool {
        if let last = chain.last?.run {
            guard contact.run.row == last.row + 1, contact.run.start < last.end, last.start < contact.run.end
            else {
                return false
            }
        }
        chain.append(contact)
        return true
    }

    /// Forgets the chain.
    mutating func clear() { chain.removeAll(keepingCapacity: true) }

    /// Moves the cuts of the chain to the densest path.
    mutating func trace(_ grid: MeanGrid, millimeters: Double) {
        guard chain.count >= 3 else { return }
        let reach = Int(Self.reachMillimeters / millimeters)
        let left = (chain.map(\.cut).min() ?? 0) - reach
        let width = (chain.map(\.cut).max() ?? 0) + reach - left + 1
        best.removeAll(keepingCapacity: true)
        best.append(contentsOf: repeatElement(Self.never, count: width * chain.count))
        steps.removeAll(keepingCapacity: true)
        steps.append(contentsOf: repeatElement(0, count: width * chain.count))
        for (row, contact) in chain.enumerated() {
            let start = Int(contact.run.row) * grid.columns
            for x in max(Int(contact.run.start), left)..<min(Int(contact.run.end), left + width) {
                let place = row * width + x - left
                let clipped = min(max(grid.sums[start + x], Self.clip.lowerBound), Self.clip.upperBound)
                let density = Int32(clipped) - Self.distanceCost * Int32(abs(x - contact.cut))
                if row == 0 {
                    best[place] = density
                } else if let (value, step) = arrival(at: place, column: x - left, width: width) {
                    best[place] = value + density
                    steps[place] = Int8(step)
                }
            }
        }
        follow(left: left, width: width)
    }

    /// The best way into a place from the row above: its value, and the step that it takes.
    private func arrival(at place: Int, column: Int, width: Int) -> (Int32, Int)? {
        var found: (Int32, Int)?
        for step in -Self.stepMaximum...Self.stepMaximum where column - step >= 0 && column - step < width {
            let before = best[place - width - step]
            guard before > Self.never else { continue }
            let value = before - Self.stepCost * Int32(abs(step))
            if value > found?.0 ?? .min { found = (value, step) }
        }
        return found
    }

    /// Goes back along the best path. Where none goes through all rows, the cuts stay where they are.
    private mutating func follow(left: Int, width: Int) {
        let last = (chain.count - 1) * width
        var column = 0
        for x in 0..<width where best[last + x] > best[last + column] { column = x }
        guard best[last + column] > Self.never else { return }
        for row in chain.indices.reversed() {
            chain[row].cut = left + column
            column -= Int(steps[row * width + column])
        }
    }
}

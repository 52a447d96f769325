/// The best candidates so far in the order of (distance, id), one for each group if the query groups.
struct TopList {
    /// Where a candidate lies.
    struct Entry {
        let distance: Float
        let id: NeighborID
        let group: NeighborID
        let partition: Int
        let row: Int

        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            a.distance < b.distance || (a.distance == b.distance && a.id < b.id)
        }
    }

    private let k: Int
    private let isGrouping: Bool
    private(set) var entries: [Entry] = []
    /// A computed squared distance that a candidate must not exceed to matter; see `radius`.
    private(set) var limit = Float.infinity
    /// The entry of each group that is in the list.
    private var bestOfGroup: [NeighborID: Entry] = [:]

    init(k: Int, isGrouping: Bool) {
        self.k = k
        self.isGrouping = isGrouping
    }

    /// Distance that a candidate must not exceed to matter; infinite until the list is full.
    ///
    /// With groups too: k groups have an item at least this near, so a farther item improves no group of the answer.
    var radius: Float {
        self.entries.count < self.k ? .infinity : self.entries[self.entries.count - 1].distance
    }

    mutating func offer(_ entry: Entry) {
        defer { self.limit = DistanceBound.squaredLimit(of: self.radius) }
        if self.entries.count == self.k, let last = self.entries.last, !Entry.precedes(entry, last) { return }
        if self.isGrouping {
            if let known = self.bestOfGroup[entry.group] {
                guard Entry.precedes(entry, known) else { return }
                self.entries.remove(at: self.position(of: known))
            }
            self.bestOfGroup[entry.group] = entry
        }
        self.entries.insert(entry, at: self.position(of: entry))
        if self.entries.count > self.k {
            let dropped = self.entries.removeLast()
            self.bestOfGroup[dropped.group] = nil
        }
    }

    /// Index of the first entry that does not precede this one.
    private func position(of entry: Entry) -> Int {
        var low = 0
        var high = self.entries.count
        while low < high {
            let middle = (low + high) / 2
            if Entry.precedes(self.entries[middle], entry) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

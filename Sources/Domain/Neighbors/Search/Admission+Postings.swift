/// What a partition's postings say of a query's filters, without a look at its items.
extension Admission {
    /// The slots that meet all filters, where they are few.
    ///
    /// - Returns: False, and nothing is added, if there may be more than `maximum`.
    mutating func addFew(of partition: Partition, atMost maximum: Int, to slots: inout [UInt32]) -> Bool {
        let store = partition.store
        let sorted = min(store.shape.sortedCount, partition.count)
        guard partition.count - sorted <= maximum, let filter = self.fewest(in: store, atMost: maximum) else {
            return false
        }
        let isAlone = self.filters.count == 1
        store.forEachPosting(
            where: { self.isListed($0, by: filter, negated: false) },
            do: { slot in
                guard partition.isLive(slot) else { return }
                if isAlone || self.admits(set: store.set(slot)) { slots.append(UInt32(slot)) }
            }
        )
        for slot in sorted..<max(sorted, partition.count)
        where partition.isLive(slot) && self.admits(set: store.set(slot)) { slots.append(UInt32(slot)) }
        return true
    }

    /// The filter that fewest items of a partition meet; nil if even that are more than `maximum`.
    private mutating func fewest(in store: PartitionStore, atMost maximum: Int) -> Int? {
        var (best, least): (Int?, Int) = (nil, maximum)
        // Postings say who differs only of those who have the attribute.
        for index in self.filters.indices where self.filters[index].comparison != .notEqual {
            let count = store.postingCount(where: { self.isListed($0, by: index, negated: false) })
            if count <= least { (best, least) = (index, count) }
        }
        return best
    }

    /// The lanes of each block that meet all filters.
    mutating func lanes(of partition: Partition) -> [UInt16] {
        let blockCount = partition.blockCount
        var masks = (0..<blockCount).map { partition.liveLanes(ofBlock: $0) }
        let sorted = min(partition.store.shape.sortedCount, partition.count)
        for index in self.filters.indices {
            // An item without the attribute differs from every value: there, the postings say who does not.
            let isNegated = self.filters[index].comparison == .notEqual
            var listed = [UInt16](repeating: 0, count: blockCount)
            partition.store.forEachPosting(
                where: { self.isListed($0, by: index, negated: isNegated) },
                do: { listed[$0 / 16] |= 1 << UInt16($0 % 16) }
            )
            for block in 0..<blockCount where 16 * block < sorted {
                masks[block] &= isNegated ? ~listed[block] : listed[block] | Self.unsorted(block, sorted)
            }
        }
        for slot in sorted..<max(sorted, partition.count) where !self.admits(set: partition.store.set(slot)) {
            masks[slot / 16] &= ~(1 << UInt16(slot % 16))
        }
        return masks
    }

    /// Lanes of a block behind the sorted slots: no posting speaks of them.
    private static func unsorted(_ block: Int, _ sorted: Int) -> UInt16 {
        let rest = sorted - 16 * block
        return rest >= 16 ? 0 : ~(UInt16(1) << UInt16(rest) - 1)
    }
}

extension PartitionStore {
    /// How many slots have a chosen facet.
    func postingCount(where isChosen: (UInt32) -> Bool) -> Int {
        let facets: UnsafePointer<UInt32> = unsafe self.start(self.shape.facets)
        let starts: UnsafePointer<UInt32> = unsafe self.start(self.shape.postingStarts)
        var count = 0
        for index in 0..<self.shape.facetCount {
            // SAFETY: F facets and F + 1 starts.
            if unsafe isChosen(facets[index]) { unsafe count += Int(starts[index + 1] - starts[index]) }
        }
        return count
    }

    /// Visits the slots of chosen facets.
    func forEachPosting(where isChosen: (UInt32) -> Bool, do body: (Int) -> Void) {
        let facets: UnsafePointer<UInt32> = unsafe self.start(self.shape.facets)
        let starts: UnsafePointer<UInt32> = unsafe self.start(self.shape.postingStarts)
        let slots: UnsafePointer<UInt16> = unsafe self.start(self.shape.postings)
        for index in 0..<self.shape.facetCount {
            // SAFETY: F facets and F + 1 starts, which end at the number of postings.
            guard unsafe isChosen(facets[index]) else { continue }
            for place in unsafe Int(starts[index])..<Int(starts[index + 1]) { unsafe body(Int(slots[place])) }
        }
    }
}

/// Which items a query admits.
struct Admission {
    private let excludedID: NeighborID?
    private let excludedSeries: NeighborID?
    private let excludedPatient: NeighborID?
    /// Whether an item's owner or id has to be looked at.
    let hasExclusions: Bool
    private let owners: OwnerTable
    private let facets: FacetTable
    private let filters: [AttributeFilter]
    /// Verdict of each filter on a facet: nil while unknown, false too for facets of other keys.
    private var verdicts: [[UInt32: Bool]]
    /// Verdicts on sets of facets.
    private var setVerdicts: [UInt32: Bool] = [:]

    init(_ query: NeighborQuery, owners: OwnerTable, facets: FacetTable) {
        self.excludedID = query.excludedID
        self.excludedSeries = query.excludedSeries
        self.excludedPatient = query.excludedPatient
        self.hasExclusions =
            query.excludedID != nil || query.excludedSeries != nil || query.excludedPatient != nil
        self.owners = owners
        self.facets = facets
        self.filters = query.filters
        self.verdicts = Array(repeating: [:], count: query.filters.count)
    }

    /// Whether items have to be asked for their attributes.
    var hasFilters: Bool { !self.filters.isEmpty }

    /// Whether nothing excludes an item.
    @inline(__always)
    func admits(_ slot: Int, of store: PartitionStore) -> Bool {
        guard self.hasExclusions else { return true }
        if store.id(slot) == self.excludedID { return false }
        let owner = self.owners[store.owner(slot)]
        return owner.series != self.excludedSeries && owner.patient != self.excludedPatient
    }

    /// Whether a set of facets meets all filters.
    mutating func admits(set number: UInt32) -> Bool {
        if let known = self.setVerdicts[number] { return known }
        let attributes = self.facets.attributes(ofSet: number)
        let verdict = self.filters.allSatisfy { $0.holds(for: attributes[$0.key]) }
        self.setVerdicts[number] = verdict
        return verdict
    }

    /// The lanes of each block that meet all filters, and how many they are: from a partition's postings, without
    /// looking at its items.
    mutating func lanes(of partition: Partition) -> (masks: [UInt16], count: Int) {
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
        return (masks, masks.reduce(0) { $0 + $1.nonzeroBitCount })
    }

    /// Lanes of a block behind the sorted slots: no posting speaks of them.
    private static func unsorted(_ block: Int, _ sorted: Int) -> UInt16 {
        let rest = sorted - 16 * block
        return rest >= 16 ? 0 : ~(UInt16(1) << UInt16(rest) - 1)
    }

    private mutating func isListed(_ facet: UInt32, by filter: Int, negated: Bool) -> Bool {
        if let known = self.verdicts[filter][facet] { return known }
        let asked = self.facets.facets[Int(facet)]
        let condition = self.filters[filter]
        let verdict = asked.key == condition.key && condition.holds(for: asked.value) != negated
        self.verdicts[filter][facet] = verdict
        return verdict
    }
}

extension PartitionStore {
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

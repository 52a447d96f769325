/// Which slots have which facet.
struct Postings {
    /// Ascending.
    let facets: [UInt32]
    /// One more than facets.
    let starts: [UInt32]
    let slots: [UInt16]

    /// - Parameter sets: the facets of each slot; only the first 2^16 slots can be listed.
    init(sets: [[UInt32]]) {
        var slotsOfFacet: [UInt32: [UInt16]] = [:]
        for (slot, set) in sets.enumerated() {
            for facet in set { slotsOfFacet[facet, default: []].append(UInt16(slot)) }
        }
        let facets = slotsOfFacet.keys.sorted()
        var starts: [UInt32] = [0]
        var slots: [UInt16] = []
        for facet in facets {
            slots += slotsOfFacet[facet] ?? []
            starts.append(UInt32(slots.count))
        }
        self.facets = facets
        self.starts = starts
        self.slots = slots
    }
}

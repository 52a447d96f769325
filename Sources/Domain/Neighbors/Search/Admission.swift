/// Which items a query admits.
struct Admission {
    private enum Verdict: UInt8 {
        case unknown
        case listed
        /// Not listed; facets of other keys too.
        case other
    }

    private let excludedID: NeighborID?
    private let excludedSeries: NeighborID?
    private let excludedPatient: NeighborID?
    /// Whether an item's owner or id has to be looked at.
    let hasExclusions: Bool
    private let owners: OwnerTable
    private let facets: FacetTable
    let filters: [AttributeFilter]
    /// Of each filter on each facet.
    private var verdicts: [[Verdict]]
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
        self.verdicts = query.filters.map { _ in Array(repeating: .unknown, count: facets.facets.count) }
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

    /// Whether the postings of a facet name items that meet a filter, or, negated, items that do not.
    @inline(__always)
    mutating func isListed(_ facet: UInt32, by filter: Int, negated: Bool) -> Bool {
        let known = self.verdicts[filter][Int(facet)]
        return known == .unknown ? self.judge(facet, by: filter, negated: negated) : known == .listed
    }

    private mutating func judge(_ facet: UInt32, by filter: Int, negated: Bool) -> Bool {
        let asked = self.facets.facets[Int(facet)]
        let condition = self.filters[filter]
        let verdict = asked.key == condition.key && condition.holds(for: asked.value) != negated
        self.verdicts[filter][Int(facet)] = verdict ? .listed : .other
        return verdict
    }
}

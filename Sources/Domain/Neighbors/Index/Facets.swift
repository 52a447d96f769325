/// One value of one attribute.
struct Facet: Hashable, Sendable {
    let key: String
    let value: String
}

/// The attributes of items, each different value and each different set of values written once.
struct FacetTable: Sendable {
    private(set) var facets = GrowingList<Facet>()
    /// Numbers of facets, ascending.
    private(set) var sets = GrowingList<[UInt32]>()

    /// The attributes of a set, as they were given.
    func attributes(ofSet number: UInt32) -> [String: String] {
        Dictionary(
            self.sets[Int(number)].map { (self.facets[Int($0)].key, self.facets[Int($0)].value) },
            uniquingKeysWith: { $1 }
        )
    }

    fileprivate mutating func append(_ facet: Facet) { self.facets.append(facet) }
    fileprivate mutating func append(set: [UInt32]) { self.sets.append(set) }
}

/// Finds the number of a set of attributes; only the index that writes needs it.
struct FacetRegister: Sendable {
    private(set) var table = FacetTable()
    private var facetNumbers: [Facet: UInt32] = [:]
    private var setNumbers: [[UInt32]: UInt32] = [:]

    mutating func set(of attributes: [String: String]) -> UInt32 {
        let set = attributes.map { self.number(of: Facet(key: $0.key, value: $0.value)) }.sorted()
        if let known = self.setNumbers[set] { return known }
        self.add(set: set)
        return UInt32(self.table.sets.count - 1)
    }

    /// Adds what a snapshot holds, in its order.
    mutating func add(_ facet: Facet) {
        self.facetNumbers[facet] = UInt32(self.table.facets.count)
        self.table.append(facet)
    }

    /// Adds what a snapshot holds, in its order.
    mutating func add(set: [UInt32]) {
        self.setNumbers[set] = UInt32(self.table.sets.count)
        self.table.append(set: set)
    }

    private mutating func number(of facet: Facet) -> UInt32 {
        if let known = self.facetNumbers[facet] { return known }
        self.add(facet)
        return UInt32(self.table.facets.count - 1)
    }
}

internal import LinearAlgebra

/// Exact nearest neighbors among items that come and go: iDistance with one ring distance for each part, and a code of
/// each vector that rules it out without reading it.
///
/// Space is divided by reference points. Each has a partition with the items nearest to it when they came, ordered by
/// distance to it. Items are appended to their partition and sorted in when there are enough of them; a partition that
/// outgrows its share is divided in two by 2-means, one that shrinks below it is given to its neighbors. So reference
/// points follow the data in steps that touch one partition, and memory of removed items comes back.
///
/// A value: changing one copy leaves the others alone. Whoever serves keeps the index behind a lock or an actor,
/// takes `view` (cheap) and searches that outside, so that a search sees one consistent state and delays nobody.
package struct NeighborIndex: Sendable {
    /// What a search sees now.
    package internal(set) var view: NeighborView
    /// Partition of each item.
    var homes = HomeTable()
    var owners = OwnerRegister()
    var facets = FacetRegister()
    /// What vectors are coded in from now on.
    var basis: RotatedBasis
    /// Items at which the basis is found anew.
    var nextBasisCount = 256
    /// Partitions before this one may be coded in an older basis.
    var staleCount = 0
    /// Changes since a stale partition was coded anew.
    var changesSinceRenewal = 0

    /// An empty index for vectors of parts with these sizes, each at least 1.
    package init(parts: [Int]) {
        let layout = PartLayout(parts: parts)
        self.view = NeighborView(layout: layout)
        self.basis = RotatedBasis(layout: layout, sample: Matrix(rows: 0, columns: layout.stride))
    }

    /// Number of items.
    package var count: Int { self.homes.count }

    /// Number of reference points.
    package var partitionCount: Int { self.view.partitions.count }

    /// Whether an item with this id is in the index.
    package func contains(_ id: NeighborID) -> Bool { self.home(of: id) != nil }

    /// Adds an item, in the place of the one with its id if there is one.
    ///
    /// - Returns: Whether it replaced one.
    /// - Throws: `NeighborError` for a vector that cannot be compared; nothing has changed then.
    @discardableResult
    package mutating func insert(_ item: NeighborItem) throws(NeighborError) -> Bool {
        let row = try self.view.layout.row(item.vector)
        let isReplacing = self.remove(item.id)
        let member = Member(
            id: item.id,
            owner: self.owners.number(of: .init(series: item.series, patient: item.patient)),
            set: self.facets.set(of: item.attributes)
        )
        self.view.owners = self.owners.table
        self.view.facets = self.facets.table
        if self.homes.isFull { self.growHomes() }
        self.place(member, row: row)
        self.renewOne()
        self.view.renewLookup(basis: self.basis)
        return isReplacing
    }

    /// Removes the item with this id.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    package mutating func remove(_ id: NeighborID) -> Bool {
        guard let home = self.home(of: id) else { return false }
        self.homes.remove(id, from: home)
        guard let slot = self.view.partitions[home].slot(of: id) else {
            preconditionFailure("an item that is not where it was put")
        }
        self.view.change(home) { $0.remove(slot) }
        self.settle(home)
        self.view.renewLookup(basis: self.basis)
        return true
    }

    private func home(of id: NeighborID) -> Int? {
        self.homes.partition(of: id) { self.view.partitions[$0].slot(of: id) != nil }
    }

    /// Puts an item that is nowhere yet into the nearest partition.
    mutating func place(_ member: Member, row: [Float]) {
        guard let home = self.view.nearestPartition(to: row) else {
            self.homes.insert(member.id, into: self.partitionCount)
            self.append(self.builder([member], Matrix(rows: 1, columns: row.count, values: row)))
            return
        }
        self.homes.insert(member.id, into: home)
        let radii = self.view.layout.partDistances(
            from: self.view.partitions[home].store.reference.span,
            to: row.span
        )
        if !self.view.change(home, { $0.append(member, row: row) }) {
            // Full, shared with a copy of the index, or mapped from a file.
            self.view.change(home) { $0 = $0.grown(room: Self.room($0.count)) }
            let isAppended = self.view.change(home) { $0.append(member, row: row) }
            precondition(isAppended, "a partition of our own has no room")
        }
        self.view.widen(home, by: wholeDistances(of: radii, partCount: radii.count))
        self.settle(home)
    }

    private mutating func growHomes() {
        var table = HomeTable(room: self.count + self.count / 4 + 16)
        for (number, partition) in self.view.partitions.enumerated() {
            for slot in partition.liveSlots { table.insert(partition.store.id(slot), into: number) }
        }
        self.homes = table
    }

    /// Memory that the index holds for its items, in bytes: vectors, codes, ids, tables; not the strings of attributes.
    package var byteCount: Int {
        let stores = self.view.partitions.reduce(0) { $0 + $1.store.memory.byteCount + 8 * $1.removed.count }
        let view = 4 * (self.view.references.capacity + self.view.extents.capacity)
        let tables = 32 * self.owners.table.owners.count + 16 * self.facets.table.sets.count
        return stores + view + tables + self.homes.byteCount
            + self.view.partitions.capacity * MemoryLayout<Partition>.stride
    }
}

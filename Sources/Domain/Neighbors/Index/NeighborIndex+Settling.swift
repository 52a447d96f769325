internal import LinearAlgebra

/// How partitions follow the items, in steps that touch one of them each.
extension NeighborIndex {
    /// Items that a partition should hold, see `share(of:isHopeless:)`.
    var partitionShare: Int {
        Self.share(of: self.count, isHopeless: (self.view.pruning.share ?? 0) > 0.5)
    }

    /// Items that a partition should hold: √N, so that there are as many partitions, and more where searches have to look
    /// at most of them anyway; at least 64, for a reference point costs something in each search.
    static func share(of count: Int, isHopeless: Bool) -> Int {
        let root = Int(Double(count).squareRoot())
        return min(max(64, isHopeless ? 4 * root : root), PartitionShape.capacityMaximum / 4)
    }

    /// Room that a partition of so many items gets for more.
    static func room(_ count: Int) -> Int { max(16, count / 8) }

    /// Divides, sorts or dissolves a partition after a change, if it is due.
    mutating func settle(_ home: Int) {
        let partition = self.view.partitions[home]
        let share = self.partitionShare
        let appended = partition.count - partition.store.shape.sortedCount
        if partition.liveCount == 0 {
            self.drop(home)
        } else if partition.liveCount > 2 * share {
            self.divide(home)
        } else if partition.liveCount < share / 4 && self.partitionCount > 1 {
            self.dissolve(home)
        } else if appended > max(32, partition.count / 8)
            || partition.removedCount > max(16, partition.count / 4)
        {
            self.rebuild(home)
        }
    }

    /// Codes one partition of an older basis anew, every few changes.
    mutating func renewOne() {
        if self.count >= self.nextBasisCount { self.findBasis() }
        guard self.staleCount > 0 else { return }
        self.changesSinceRenewal += 1
        guard self.changesSinceRenewal >= 8 else { return }
        self.changesSinceRenewal = 0
        self.staleCount = min(self.staleCount, self.partitionCount) - 1
        if self.staleCount >= 0, self.view.partitions[self.staleCount].store.basis !== self.basis {
            self.rebuild(self.staleCount)
        }
        self.staleCount = max(0, self.staleCount)
    }

    private mutating func findBasis() {
        self.nextBasisCount = 4 * self.count
        self.basis = RotatedBasis(layout: self.view.layout, sample: self.sample(of: 20_000))
        self.staleCount = self.partitionCount
    }

    /// Rows of items that are spread over all partitions evenly.
    private func sample(of limit: Int) -> Matrix {
        let step = max(1, self.count / limit)
        var values: [Float] = []
        var seen = 0
        for partition in self.view.partitions {
            for slot in partition.liveSlots {
                if seen % step == 0 { values += partition.store.row(slot) }
                seen += 1
            }
        }
        let stride = self.view.layout.stride
        return Matrix(rows: values.count / stride, columns: stride, values: values)
    }

    func builder(_ members: [Member], _ rows: Matrix) -> PartitionBuilder {
        PartitionBuilder(
            parts: self.view.layout,
            basis: self.basis,
            members: members,
            rows: rows,
            facets: self.facets.table,
            room: Self.room(members.count)
        )
    }

    /// The items of a partition that are there.
    private func items(of home: Int) -> (members: [Member], rows: Matrix) {
        let partition = self.view.partitions[home]
        let store = partition.store
        let slots = partition.liveSlots
        let stride = self.view.layout.stride
        var values: [Float] = []
        values.reserveCapacity(slots.count * stride)
        for slot in slots { values += store.row(slot) }
        return (
            slots.map { Member(id: store.id($0), owner: store.owner($0), set: store.set($0)) },
            Matrix(rows: slots.count, columns: stride, values: values)
        )
    }

    mutating func append(_ builder: PartitionBuilder) {
        self.view.append(builder.partition(), extent: builder.extent)
    }

    /// Sorts a partition and moves its reference point to the mean of its items.
    mutating func rebuild(_ home: Int) {
        let (members, rows) = self.items(of: home)
        let builder = self.builder(members, rows)
        self.view.replace(home, by: builder.partition(), extent: builder.extent)
    }

    /// Makes two partitions of one.
    private mutating func divide(_ home: Int) {
        let (members, rows) = self.items(of: home)
        let bisection = Bisection(rows: rows.values, stride: rows.columns)
        let sides = [false, true].map { side in
            let chosen = members.indices.filter { bisection.isSecond[$0] == side }
            return self.builder(chosen.map { members[$0] }, rows.selecting(rows: chosen))
        }
        self.view.replace(home, by: sides[0].partition(), extent: sides[0].extent)
        let new = self.partitionCount
        self.append(sides[1])
        for (index, member) in members.enumerated() where bisection.isSecond[index] {
            self.homes.move(member.id, from: home, to: new)
        }
    }

    /// Gives the items of a partition to others.
    private mutating func dissolve(_ home: Int) {
        let (members, rows) = self.items(of: home)
        for member in members { self.homes.remove(member.id, from: home) }
        self.drop(home)
        for (index, member) in members.enumerated() { self.place(member, row: Array(rows.row(index))) }
    }

    /// Takes a partition away whose items are gone; the last one gets its number.
    private mutating func drop(_ home: Int) {
        self.view.drop(home)
        let moved = self.partitionCount
        guard home < moved else { return }
        for slot in self.view.partitions[home].liveSlots {
            self.homes.move(self.view.partitions[home].store.id(slot), from: moved, to: home)
        }
    }
}

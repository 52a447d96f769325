private import LinearAlgebra

/// Exact nearest neighbors among items that come and go: iDistance with one ring distance for each part.
///
/// Space is divided by reference points. Each has a partition with the items nearest to it when they came, ordered by
/// distance to it. A partition that outgrows its share is divided in two by 2-means, one that shrinks below it is
/// given to its neighbors: the reference points follow the data in steps that touch one partition, and their number
/// stays near 3√N to 4√N. Memory of a removed item is free as soon as no view holds its partition.
///
/// A value: changing one copy leaves the others alone. Whoever serves keeps the index behind a lock or an actor,
/// takes `view` (cheap) and searches that outside, so that a search sees one consistent state and delays nobody.
package struct NeighborIndex: Sendable {
    /// What a search sees now.
    package private(set) var view: NeighborView
    /// Partition of each item.
    private var homes: [NeighborID: Int] = [:]

    /// An empty index for vectors of parts with these sizes, each at least 1.
    package init(parts: [Int]) {
        self.view = NeighborView(layout: PartLayout(parts: parts))
    }

    /// Number of items.
    package var count: Int { self.homes.count }

    /// Number of reference points.
    package var partitionCount: Int { self.view.partitions.count }

    /// Whether an item with this id is in the index.
    package func contains(_ id: NeighborID) -> Bool {
        self.homes[id] != nil
    }

    /// Adds an item, in the place of the one with its id if there is one.
    ///
    /// - Returns: Whether it replaced one.
    /// - Throws: `NeighborError` for a vector that cannot be compared; nothing has changed then.
    @discardableResult
    package mutating func insert(_ item: NeighborItem) throws(NeighborError) -> Bool {
        let row = try self.view.layout.row(item.vector)
        let isReplacing = self.remove(item.id)
        let member = Member(id: item.id, series: item.series, patient: item.patient)
        self.place(member, attributes: item.attributes, row: row)
        return isReplacing
    }

    /// Removes the item with this id.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    package mutating func remove(_ id: NeighborID) -> Bool {
        guard let home = self.homes.removeValue(forKey: id) else { return false }
        let partition = self.view.partitions[home]
        guard let position = partition.members.firstIndex(where: { $0.id == id }) else {
            preconditionFailure("an item that is not where it was put")
        }
        guard let rest = partition.removing(at: position, layout: self.view.layout) else {
            self.drop(home)
            return true
        }
        self.view.replace(home, by: rest)
        if rest.count < self.partitionShare / 4 && self.partitionCount > 1 {
            self.dissolve(home)
        }
        return true
    }

    /// Items that a partition should hold for N / share = 4√N of them; at least 8, for a reference point costs a
    /// distance in each search.
    private var partitionShare: Int {
        max(8, Int(Double(self.count).squareRoot() / 4))
    }

    private mutating func place(_ member: Member, attributes: [String: String], row: [Float]) {
        guard let home = self.view.nearestPartition(to: row) else {
            let radii = self.view.layout.partDistances(from: row.span, to: row.span)
            let layout = self.view.layout
            self.homes[member.id] = self.partitionCount
            self.view.append(
                Partition(
                    layout: layout,
                    members: [member],
                    attributes: [attributes],
                    rows: row,
                    radii: radii
                ),
                reference: row
            )
            return
        }
        let radii = self.view.layout.partDistances(from: self.view.reference(home).span, to: row.span)
        let partition = self.view.partitions[home].adding(
            member,
            attributes: attributes,
            row: row,
            radii: radii
        )
        self.homes[member.id] = home
        self.view.replace(home, by: partition)
        if partition.count > 2 * self.partitionShare {
            self.divide(home)
        }
    }

    /// Makes two partitions of one.
    private mutating func divide(_ home: Int) {
        let layout = self.view.layout
        let partition = self.view.partitions[home]
        let bisection = Bisection(rows: partition.rows, stride: layout.stride)
        let sides = [false, true].map { side in
            let positions = partition.members.indices.filter { bisection.isSecond[$0] == side }
            let mean = bisection.means[side ? 1 : 0]
            let rows = positions.flatMap { partition.rows[$0 * layout.stride..<($0 + 1) * layout.stride] }
            return Partition(
                layout: layout,
                members: positions.map { partition.members[$0] },
                attributes: positions.map { partition.attributes[$0] },
                rows: rows,
                radii: layout.partDistances(from: mean.span, to: rows.span)
            )
        }
        self.view.replace(home, by: sides[0], reference: bisection.means[0])
        for member in sides[1].members {
            self.homes[member.id] = self.partitionCount
        }
        self.view.append(sides[1], reference: bisection.means[1])
    }

    /// Gives the items of a partition to others.
    private mutating func dissolve(_ home: Int) {
        let stride = self.view.layout.stride
        let partition = self.view.partitions[home]
        self.drop(home)
        for (position, member) in partition.members.enumerated() {
            self.place(
                member,
                attributes: partition.attributes[position],
                row: Array(partition.rows[position * stride..<(position + 1) * stride])
            )
        }
    }

    /// Takes a partition away; the last one gets its number.
    private mutating func drop(_ home: Int) {
        self.view.drop(home)
        guard home < self.partitionCount else { return }
        for member in self.view.partitions[home].members {
            self.homes[member.id] = home
        }
    }
}

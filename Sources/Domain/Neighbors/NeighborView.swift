private import LinearAlgebra

/// The items of an index at one moment: searches it, exactly, from any thread and for as long as it is kept.
package struct NeighborView: Sendable {
    /// The parts of the vectors.
    package let layout: PartLayout
    /// (C, S), the reference points, padded rows.
    private(set) var references: [Float] = []
    /// (C), none empty.
    private(set) var partitions: [Partition] = []
    /// Number of items.
    package private(set) var count = 0

    init(layout: PartLayout) {
        self.layout = layout
    }

    /// The k nearest admitted items in the order of (distance, id), by rings, nearest bound first.
    ///
    /// - Throws: `NeighborError` for a query that has no answer.
    package func search(_ query: NeighborQuery) throws(NeighborError) -> NeighborAnswer {
        let row = try self.checkedRow(of: query)
        var search = RingSearch(view: self, query: query, row: row)
        search.run()
        return self.answer(search.top.entries, cost: search.cost, query: query, row: row)
    }

    /// The same answer as `search`, bit for bit, by looking at everything: what `search` is judged by.
    ///
    /// - Throws: `NeighborError` for a query that has no answer.
    package func bruteForce(_ query: NeighborQuery) throws(NeighborError) -> NeighborAnswer {
        let row = try self.checkedRow(of: query)
        let stride = self.layout.stride
        var admission = Admission(query)
        var found: [TopList.Entry] = []
        for (number, partition) in self.partitions.enumerated() {
            let rows = partition.rows
            for (position, member) in partition.members.enumerated() where admission.admits(member) {
                if admission.hasFilters && !admission.admits(partition.attributes[position]) { continue }
                let squared = weightedSquaredDistance(
                    row.span,
                    rows.span.extracting(position * stride..<(position + 1) * stride),
                    partEnds: self.layout.ends.span,
                    weights: query.weights.span,
                    limit: .infinity
                )
                found.append(
                    TopList.Entry(
                        distance: squared.squareRoot(),
                        id: member.id,
                        group: query.grouping.owner(of: member),
                        partition: number,
                        row: position
                    )
                )
            }
        }
        var cost = SearchCost(distancesComputed: found.count, candidates: self.count)
        found.sort(by: TopList.Entry.precedes)
        var seen = Set<NeighborID>()
        let best = found.filter { query.grouping == .none || seen.insert($0.group).inserted }.prefix(query.k)
        if best.count == query.k, let last = best.last {
            cost.radius = last.distance
        }
        return self.answer(Array(best), cost: cost, query: query, row: row)
    }

    /// Number of the partition whose reference point is nearest; nil without partitions.
    func nearestPartition(to row: [Float]) -> Int? {
        var distances = [Float](repeating: 0, count: self.partitions.count)
        var output = distances.mutableSpan
        squaredDistances(into: &output, rows: self.references.span, query: row.span)
        return distances.indices.min { distances[$0] < distances[$1] }
    }

    /// (S), a reference point.
    func reference(_ number: Int) -> [Float] {
        Array(self.references[number * self.layout.stride..<(number + 1) * self.layout.stride])
    }

    // MARK: Changes, by the index alone

    mutating func append(_ partition: Partition, reference: [Float]) {
        self.references += reference
        self.partitions.append(partition)
        self.count += partition.count
    }

    mutating func replace(_ number: Int, by partition: Partition, reference: [Float]? = nil) {
        self.count += partition.count - self.partitions[number].count
        self.partitions[number] = partition
        if let reference {
            let start = number * self.layout.stride
            self.references.replaceSubrange(start..<start + self.layout.stride, with: reference)
        }
    }

    /// Takes a partition away; the last one gets its number.
    mutating func drop(_ number: Int) {
        let last = self.partitions.count - 1
        self.count -= self.partitions[number].count
        if number != last {
            let start = number * self.layout.stride
            self.references.replaceSubrange(start..<start + self.layout.stride, with: self.reference(last))
            self.partitions[number] = self.partitions[last]
        }
        self.partitions.removeLast()
        self.references.removeLast(self.layout.stride)
    }

    // MARK: Queries

    private func checkedRow(of query: NeighborQuery) throws(NeighborError) -> [Float] {
        let partCount = self.layout.parts.count
        guard query.weights.count == partCount else {
            throw .wrongWeightCount(expected: partCount, found: query.weights.count)
        }
        // A NaN is in no range, so it is refused too.
        if let part = query.weights.firstIndex(where: { !(0...NeighborLimits.weightMaximum ~= $0) }) {
            throw .unusableWeight(part: part)
        }
        guard (1...NeighborLimits.kMaximum).contains(query.k) else { throw .unusableK(query.k) }
        return try self.layout.row(query.vector)
    }

    private func answer(
        _ entries: [TopList.Entry],
        cost: SearchCost,
        query: NeighborQuery,
        row: [Float]
    ) -> NeighborAnswer {
        let stride = self.layout.stride
        let neighbors = entries.map { entry in
            let partition = self.partitions[entry.partition]
            let member = partition.members[entry.row]
            let found = Array(partition.rows[entry.row * stride..<(entry.row + 1) * stride])
            return Neighbor(
                id: member.id,
                series: member.series,
                patient: member.patient,
                distance: entry.distance,
                partDistances: self.layout.partDistances(from: row.span, to: found.span)
            )
        }
        return NeighborAnswer(neighbors: neighbors, cost: cost)
    }
}

extension Grouping {
    /// What an item counts for; with `none`, itself.
    func owner(of member: Member) -> NeighborID {
        switch self {
        case .none: member.id
        case .series: member.series
        case .patient: member.patient
        }
    }
}

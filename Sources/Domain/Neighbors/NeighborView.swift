internal import LinearAlgebra

/// The items of an index at one moment: searches it, exactly, from any thread and for as long as it is kept.
package struct NeighborView: Sendable {
    /// The parts of the vectors.
    package let layout: PartLayout
    /// (K), none empty.
    private(set) var partitions: [Partition] = []
    /// (K, S), the reference points, padded rows.
    private(set) var references: [Float] = []
    /// (K, P + 1, 2), smallest and largest distance of a partition's items to its reference point, part by part, then of
    /// all parts together.
    private(set) var extents: [Float] = []
    /// The reference points as codes; nil while there are few.
    private(set) var lookup: ReferenceLookup?
    /// Whose items are.
    var owners = OwnerTable()
    /// What items have.
    var facets = FacetTable()
    /// Number of items.
    package private(set) var count = 0
    /// Slots of the largest partition there has been.
    private(set) var largestCount = 0
    /// What earlier searches looked at; shared by all views of an index.
    let pruning: PruningRecord

    init(layout: PartLayout) {
        self.layout = layout
        self.pruning = PruningRecord()
    }

    /// The k nearest admitted items in the order of (distance, id), by rings, nearest bound first.
    ///
    /// - Throws: `NeighborError` for a query that has no answer.
    package func search(_ query: NeighborQuery) throws(NeighborError) -> NeighborAnswer {
        let row = try self.checkedRow(of: query)
        var search = RingSearch(view: self, query: query, row: row)
        search.run()
        self.pruning.note(candidates: search.cost.candidates, of: self.count)
        return self.answer(search.top.entries, cost: search.cost, query: query, row: row)
    }

    /// The same answer as `search`, bit for bit, by looking at everything: what `search` is judged by.
    ///
    /// - Throws: `NeighborError` for a query that has no answer.
    package func bruteForce(_ query: NeighborQuery) throws(NeighborError) -> NeighborAnswer {
        let row = try self.checkedRow(of: query)
        var admission = Admission(query, owners: self.owners, facets: self.facets)
        var found: [TopList.Entry] = []
        for (number, partition) in self.partitions.enumerated() {
            for slot in partition.liveSlots where admission.admits(slot, of: partition.store) {
                if admission.hasFilters && !admission.admits(set: partition.store.set(slot)) { continue }
                let squared = weightedSquaredDistance(
                    row.span,
                    partition.store.row(slot).span,
                    partEnds: self.layout.ends.span,
                    weights: query.weights.span,
                    limit: .infinity
                )
                found.append(self.entry(squared.squareRoot(), slot, of: number, grouping: query.grouping))
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

    /// A candidate for the list of the best.
    func entry(_ distance: Float, _ slot: Int, of number: Int, grouping: Grouping) -> TopList.Entry {
        let store = self.partitions[number].store
        let id = store.id(slot)
        let group =
            switch grouping {
            case .none: id
            case .series: self.owners[store.owner(slot)].series
            case .patient: self.owners[store.owner(slot)].patient
            }
        return TopList.Entry(distance: distance, id: id, group: group, partition: number, row: slot)
    }

    /// Number of the partition whose reference point is nearest; nil without partitions.
    func nearestPartition(to row: [Float]) -> Int? {
        var distances = [Float](repeating: 0, count: self.partitions.count)
        var output = distances.mutableSpan
        squaredDistances(into: &output, rows: self.references.span, query: row.span)
        return distances.indices.min { distances[$0] < distances[$1] }
    }

    // MARK: Queries

    func checkedRow(of query: NeighborQuery) throws(NeighborError) -> [Float] {
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

    func answer(
        _ entries: [TopList.Entry],
        cost: SearchCost,
        query: NeighborQuery,
        row: [Float]
    ) -> NeighborAnswer {
        let neighbors = entries.map { entry in
            let store = self.partitions[entry.partition].store
            let owner = self.owners[store.owner(entry.row)]
            return Neighbor(
                id: entry.id,
                series: owner.series,
                patient: owner.patient,
                distance: entry.distance,
                partDistances: self.layout.partDistances(from: row.span, to: store.row(entry.row).span)
            )
        }
        return NeighborAnswer(neighbors: neighbors, cost: cost)
    }
}

// MARK: Changes, by the index alone

extension NeighborView {
    /// (P + 1, 2) of a partition.
    func extent(_ number: Int) -> ArraySlice<Float> {
        let width = 2 * (self.layout.parts.count + 1)
        return self.extents[number * width..<(number + 1) * width]
    }

    mutating func append(_ partition: Partition, extent: [Float]) {
        self.references += partition.store.reference
        self.extents += extent
        self.partitions.append(partition)
        self.count += partition.liveCount
        self.largestCount = max(self.largestCount, partition.count)
    }

    mutating func replace(_ number: Int, by partition: Partition, extent: [Float]) {
        self.count += partition.liveCount - self.partitions[number].liveCount
        self.partitions[number] = partition
        self.largestCount = max(self.largestCount, partition.count)
        self.lookup?.uncover(number)
        let (start, stride) = (number * self.layout.stride, self.layout.stride)
        self.references.replaceSubrange(start..<start + stride, with: partition.store.reference)
        self.extents.replaceSubrange(number * extent.count..<(number + 1) * extent.count, with: extent)
    }

    /// Changes a partition in place: an item comes or goes, the reference point stays.
    mutating func change<T>(_ number: Int, _ body: (inout Partition) -> T) -> T {
        let before = self.partitions[number].liveCount
        defer {
            self.count += self.partitions[number].liveCount - before
            self.largestCount = max(self.largestCount, self.partitions[number].count)
        }
        return body(&self.partitions[number])
    }

    /// Widens a partition's extent by an item at these distances (P + 1) to its reference point.
    mutating func widen(_ number: Int, by radii: [Float]) {
        let start = number * 2 * radii.count
        for (part, radius) in radii.enumerated() {
            self.extents[start + 2 * part] = min(self.extents[start + 2 * part], RingBound.lowered(radius))
            self.extents[start + 2 * part + 1] = max(
                self.extents[start + 2 * part + 1],
                RingBound.raised(radius)
            )
        }
    }

    /// Takes a partition away; the last one gets its number.
    mutating func drop(_ number: Int) {
        let last = self.partitions.count - 1
        self.count -= self.partitions[number].liveCount
        let (stride, width) = (self.layout.stride, 2 * (self.layout.parts.count + 1))
        if number != last {
            let start = number * stride
            self.references.replaceSubrange(
                start..<start + stride,
                with: Array(self.references[last * stride..<(last + 1) * stride])
            )
            self.extents.replaceSubrange(
                number * width..<(number + 1) * width,
                with: Array(self.extent(last))
            )
            self.partitions[number] = self.partitions[last]
            self.lookup?.uncover(number)
        }
        self.partitions.removeLast()
        self.references.removeLast(stride)
        self.extents.removeLast(width)
    }

    /// Codes the reference points anew if too many have moved.
    mutating func renewLookup(basis: RotatedBasis) {
        let count = self.partitions.count
        if let lookup, lookup.serves(count), count >= ReferenceLookup.countMinimum { return }
        guard count >= ReferenceLookup.countMinimum else {
            self.lookup = nil
            return
        }
        let references = Matrix(rows: count, columns: self.layout.stride, values: self.references)
        self.lookup = ReferenceLookup(parts: self.layout, basis: basis, references: references)
    }
}

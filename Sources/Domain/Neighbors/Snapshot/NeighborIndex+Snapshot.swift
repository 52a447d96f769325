internal import LinearAlgebra

extension NeighborIndex {
    /// The index of a snapshot; its vectors stay in the given memory until their partition changes.
    ///
    /// - Parameters:
    ///   - parts: what the vectors have to be made of.
    ///   - snapshot: the memory of each section, nil for one that is missing. Its bytes are taken to be those that were
    ///     written (whoever read them has compared checksums); that they make sense together is checked here.
    /// - Throws: `NeighborSnapshotError` for sections that contradict each other, or another arrangement of codes.
    package init(
        parts: [Int],
        snapshot: (NeighborSection) -> NeighborMemory?
    ) throws(NeighborSnapshotError) {
        self.init(parts: parts)
        try self.readOwners(SectionReader(.owners, snapshot(.owners)))
        try self.readAttributes(SectionReader(.attributes, snapshot(.attributes)))
        let bases = try self.readBases(SectionReader(.layout, snapshot(.layout)))
        guard let memory = snapshot(.partitions) else {
            throw NeighborSnapshotError(.partitions, "is missing")
        }
        try self.readPartitions(SectionReader(.directory, snapshot(.directory)), memory: memory, bases: bases)
        self.view.owners = self.owners.table
        self.view.facets = self.facets.table
        self.homes = HomeTable(room: self.view.count)
        for (number, partition) in self.view.partitions.enumerated() {
            for slot in partition.liveSlots { self.homes.insert(partition.store.id(slot), into: number) }
        }
        if let basis = bases.last { self.basis = basis }
        self.nextBasisCount = max(self.nextBasisCount, 4 * self.count)
        self.staleCount = bases.count > 1 ? self.partitionCount : 0
        self.view.renewLookup(basis: self.basis)
    }

    private mutating func readOwners(_ section: SectionReader) throws(NeighborSnapshotError) {
        var reader = section
        for _ in 0..<(try reader.count(of: 32)) {
            var bytes: [UInt8] = []
            for _ in 0..<32 { bytes.append(try reader.number(UInt8.self)) }
            guard let series = NeighborID(Array(bytes[..<16])), let patient = NeighborID(Array(bytes[16...]))
            else {
                throw reader.failure("holds no identifier")
            }
            _ = self.owners.number(of: .init(series: series, patient: patient))
        }
        try reader.requireEnd()
    }

    private mutating func readAttributes(_ section: SectionReader) throws(NeighborSnapshotError) {
        var reader = section
        let facetCount = try reader.count(of: 8)
        for _ in 0..<facetCount { self.facets.add(Facet(key: try reader.text(), value: try reader.text())) }
        for _ in 0..<(try reader.count(of: 4)) {
            var set: [UInt32] = []
            for _ in 0..<(try reader.count(of: 4)) {
                let facet = try reader.number(UInt32.self)
                guard facet < facetCount else { throw reader.failure("names an attribute that is not there") }
                set.append(facet)
            }
            self.facets.add(set: set)
        }
        try reader.requireEnd()
    }

    private func readBases(_ section: SectionReader) throws(NeighborSnapshotError) -> [RotatedBasis] {
        var reader = section
        guard try reader.number(UInt32.self) == CodeLayout.arrangement else {
            throw reader.failure("holds codes of another arrangement")
        }
        for part in [self.view.layout.parts.count] + self.view.layout.parts
        where try reader.number(UInt32.self) != part {
            throw reader.failure("is of vectors with other parts")
        }
        let layout = CodeLayout(self.view.layout)
        var bases: [RotatedBasis] = []
        for _ in 0..<(try reader.count(of: 12)) {
            let norm = Double(bitPattern: try reader.number(UInt64.self))
            let error = try reader.float()
            guard norm >= 1, norm < 2, error >= 0, error < 1 else {
                throw reader.failure("holds no rotation")
            }
            var partOf: [UInt16] = []
            for _ in 0..<layout.positionCount {
                let part = try reader.number(UInt16.self)
                guard part < layout.partCount else { throw reader.failure("names a part that is not there") }
                partOf.append(part)
            }
            var matrix = Matrix(rows: layout.stride, columns: layout.positionCount)
            for index in matrix.values.indices { matrix.values[index] = try reader.float() }
            bases.append(
                RotatedBasis(
                    layout: layout,
                    partOf: partOf,
                    matrix: matrix,
                    norm: norm,
                    projectionError: error
                )
            )
        }
        try reader.requireEnd()
        return bases
    }

    private mutating func readPartitions(
        _ section: SectionReader,
        memory: NeighborMemory,
        bases: [RotatedBasis]
    ) throws(NeighborSnapshotError) {
        var reader = section
        var start = 0
        for _ in 0..<(try reader.count(of: 28)) {
            let record = try PartitionRecord(&reader, partCount: self.view.layout.parts.count)
            guard record.basis < bases.count else { throw reader.failure("names a basis that is not there") }
            let shape = record.shape(CodeLayout(self.view.layout))
            guard shape.byteCount <= memory.byteCount - start else {
                throw reader.failure("counts more than is there")
            }
            let store = PartitionStore(
                shape: shape,
                basis: bases[record.basis],
                memory: memory.slice(start..<start + shape.byteCount),
                // Mapped memory is not written to: the first change copies the partition.
                written: shape.capacity
            )
            start += shape.byteCount
            guard
                store.isConsistent(
                    slots: record.count,
                    owners: self.owners.table.owners.count,
                    sets: self.facets.table.sets.count,
                    facets: self.facets.table.facets.count
                )
            else { throw reader.failure("describes a partition that contradicts itself") }
            var partition = Partition(store: store, count: record.count)
            if !record.removed.isEmpty { partition.restore(removed: record.removed) }
            guard partition.liveCount > 0 else { throw reader.failure("describes an empty partition") }
            self.view.append(partition, extent: record.extent)
        }
        try reader.requireEnd()
        guard start == memory.byteCount else {
            throw NeighborSnapshotError(.partitions, "is longer than its directory says")
        }
    }
}

/// What the directory says of one partition.
private struct PartitionRecord {
    let capacity: Int
    let sortedCount: Int
    let facetCount: Int
    let postingCount: Int
    let count: Int
    let basis: Int
    let extent: [Float]
    let removed: [UInt64]

    init(_ reader: inout SectionReader, partCount: Int) throws(NeighborSnapshotError) {
        self.capacity = Int(try reader.number(UInt32.self))
        self.sortedCount = Int(try reader.number(UInt32.self))
        self.facetCount = Int(try reader.number(UInt32.self))
        self.postingCount = Int(try reader.number(UInt32.self))
        self.count = Int(try reader.number(UInt32.self))
        self.basis = Int(try reader.number(UInt32.self))
        guard self.capacity % 16 == 0, self.capacity <= PartitionShape.capacityMaximum,
            self.sortedCount <= self.count, self.count <= self.capacity, self.count > 0
        else { throw reader.failure("describes a partition of impossible size") }
        var extent: [Float] = []
        for _ in 0..<2 * (partCount + 1) { extent.append(try reader.float()) }
        self.extent = extent
        var removed: [UInt64] = []
        let words = try reader.count(of: 8)
        guard words == 0 || words == (self.capacity + 63) / 64 else {
            throw reader.failure("says what was removed of another partition")
        }
        for _ in 0..<words { removed.append(try reader.number(UInt64.self)) }
        self.removed = removed
        for slot in self.count..<max(self.count, 64 * words)
        where removed[slot / 64] >> UInt64(slot % 64) & 1 == 1 {
            throw reader.failure("says that something was removed which was never there")
        }
    }

    func shape(_ layout: CodeLayout) -> PartitionShape {
        PartitionShape(
            layout: layout,
            capacity: self.capacity,
            sortedCount: self.sortedCount,
            facetCount: self.facetCount,
            postingCount: self.postingCount
        )
    }
}

extension PartitionStore {
    /// Whether all numbers that are used as places are places.
    fileprivate func isConsistent(slots: Int, owners: Int, sets: Int, facets: Int) -> Bool {
        for slot in 0..<slots where self.owner(slot) >= owners || self.set(slot) >= sets { return false }
        let listed: UnsafePointer<UInt32> = unsafe self.start(self.shape.facets)
        let starts: UnsafePointer<UInt32> = unsafe self.start(self.shape.postingStarts)
        let places: UnsafePointer<UInt16> = unsafe self.start(self.shape.postings)
        // SAFETY: F facets, F + 1 starts and all postings lie within the memory; see `PartitionShape`.
        for index in 0..<self.shape.facetCount {
            guard unsafe listed[index] < facets, unsafe starts[index] <= starts[index + 1] else {
                return false
            }
        }
        guard unsafe Int(starts[self.shape.facetCount]) == self.shape.postingCount else { return false }
        for index in 0..<self.shape.postingCount where unsafe Int(places[index]) >= self.shape.sortedCount {
            return false
        }
        return true
    }
}

internal import LinearAlgebra
private import Synchronization

/// An index of many items at once.
extension NeighborIndex {
    /// Partitions are laid out in pieces of about so many bytes, so that each is allocated in large pages.
    private static let pieceBytes = 64 << 20

    /// An index of items; of several with one id, the last counts.
    ///
    /// Faster than inserting them one by one, and partitions are rounder: reference points are found by k-means over
    /// all of them.
    ///
    /// - Parameter threadCount: how many threads work at once.
    /// - Throws: `NeighborError` for a vector that cannot be compared.
    package init(parts: [Int], items: [NeighborItem], threadCount: Int = 2) throws(NeighborError) {
        self.init(parts: parts)
        let layout = self.view.layout
        var places: [NeighborID: Int] = [:]
        places.reserveCapacity(items.count)
        for (index, item) in items.enumerated() { places[item.id] = index }
        var members: [Member] = []
        var values: [Float] = []
        members.reserveCapacity(places.count)
        values.reserveCapacity(places.count * layout.stride)
        for (index, item) in items.enumerated() {
            let row = try layout.row(item.vector)
            guard places[item.id] == index else { continue }
            values += row
            members.append(
                Member(
                    id: item.id,
                    owner: self.owners.number(of: .init(series: item.series, patient: item.patient)),
                    set: self.facets.set(of: item.attributes)
                )
            )
        }
        self.view.owners = self.owners.table
        self.view.facets = self.facets.table
        guard !members.isEmpty else { return }
        let rows = Matrix(rows: members.count, columns: layout.stride, values: values)
        values = []
        self.build(members, rows, threadCount: threadCount)
    }

    private mutating func build(_ members: [Member], _ rows: Matrix, threadCount: Int) {
        let layout = self.view.layout
        let step = max(1, members.count / 20_000)
        let sampled = Array(stride(from: 0, to: members.count, by: step))
        self.basis = RotatedBasis(layout: layout, sample: rows.selecting(rows: sampled))
        self.nextBasisCount = 4 * max(64, members.count)
        let share = Self.share(of: members.count, isHopeless: false)
        let clustering = Clustering(
            rows: rows,
            count: max(1, members.count / share),
            threadCount: threadCount
        )
        // A group that outgrows its share by far would be divided at the next change: why not now.
        let groups = clustering.groups.flatMap { Self.cut($0, to: 4 * share) }
        let pieceCount = max(1, rows.values.count * 5 / Self.pieceBytes)
        let perPiece = (groups.count + pieceCount - 1) / pieceCount
        let built = Mutex([Int: [(Partition, [Float])]]())
        let (basis, facets) = (self.basis, self.facets.table)
        inParallel(pieceCount, threadCount: threadCount) { piece in
            let range = min(groups.count, piece * perPiece)..<min(groups.count, (piece + 1) * perPiece)
            let builders = groups[range].map { group in
                PartitionBuilder(
                    parts: layout,
                    basis: basis,
                    members: group.map { members[$0] },
                    rows: rows.selecting(rows: group),
                    facets: facets,
                    room: 0
                )
            }
            let partitions = Self.layOut(builders)
            built.withLock { $0[piece] = partitions }
        }
        self.homes = HomeTable(room: members.count)
        let partitions = built.withLock { built in (0..<pieceCount).flatMap { built[$0] ?? [] } }
        for (partition, extent) in partitions {
            for slot in 0..<partition.count {
                self.homes.insert(partition.store.id(slot), into: self.partitionCount)
            }
            self.view.append(partition, extent: extent)
        }
        self.view.renewLookup(basis: basis)
    }

    /// Lays partitions out behind one another in one piece of memory.
    private static func layOut(_ builders: [PartitionBuilder]) -> [(Partition, [Float])] {
        let memory = NeighborMemory(zeroed: builders.reduce(0) { $0 + $1.shape.byteCount })
        var start = 0
        return builders.map { builder in
            let range = start..<start + builder.shape.byteCount
            start = range.upperBound
            return (builder.partition(in: memory.slice(range)), builder.extent)
        }
    }

    private static func cut(_ group: [Int], to size: Int) -> [[Int]] {
        stride(from: 0, to: group.count, by: size).map { Array(group[$0..<min(group.count, $0 + size)]) }
    }
}

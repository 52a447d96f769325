private import LinearAlgebra

/// One search: opens partitions and rings in the order of their lower bounds until no bound is below the k-th
/// distance. The radius only shrinks, so what was left out stays out.
struct RingSearch {
    private let view: NeighborView
    private let query: NeighborQuery
    private let row: [Float]
    private let bound: DistanceBound
    private let partCount: Int
    /// (C, P), distances from the query to the reference points.
    private let centers: [Float]
    private var admission: Admission
    private(set) var top: TopList
    private(set) var cost = SearchCost()

    /// - Parameter row: The query's padded row.
    init(view: NeighborView, query: NeighborQuery, row: [Float]) {
        self.view = view
        self.query = query
        self.row = row
        self.bound = DistanceBound(layout: view.layout, weights: query.weights)
        self.partCount = view.layout.parts.count
        self.centers = view.layout.partDistances(from: row.span, to: view.references.span)
        self.admission = Admission(query)
        self.top = TopList(k: query.k, isGrouping: query.grouping != .none)
    }

    mutating func run() {
        self.cost.distancesComputed = self.view.partitions.count
        var queue = RingQueue(self.view.partitions.indices.map { self.partitionEntry($0) })
        while let next = queue.pop() {
            if next.bound > Double(DistanceBound.squaredLimit(of: self.top.radius)) { break }
            if next.ring == RingQueue.Entry.wholePartition {
                self.queueRings(of: next, into: &queue)
            } else {
                self.open(partition: Int(next.partition), ring: Int(next.ring))
            }
        }
        self.cost.radius = self.top.radius
    }

    private func partitionEntry(_ number: Int) -> RingQueue.Entry {
        let start = number * self.partCount
        let extent = self.view.partitions[number].extent
        var center: Float = 0
        for part in 0..<self.partCount {
            let distance = self.centers[start + part]
            center += self.query.weights[part] * distance * distance
        }
        return RingQueue.Entry(
            bound: self.bound.squared(
                query: self.centers.span,
                from: start,
                extent: extent.span,
                from: 0
            ),
            center: center,
            partition: Int32(number),
            ring: RingQueue.Entry.wholePartition
        )
    }

    private func queueRings(of entry: RingQueue.Entry, into queue: inout RingQueue) {
        let number = Int(entry.partition)
        let partition = self.view.partitions[number]
        let ringExtents = partition.ringExtents
        let limit = Double(DistanceBound.squaredLimit(of: self.top.radius))
        for ring in 0..<partition.ringCount {
            let bound = self.bound.squared(
                query: self.centers.span,
                from: number * self.partCount,
                extent: ringExtents.span,
                from: ring * 2 * self.partCount
            )
            if bound > limit { continue }
            queue.push(
                RingQueue.Entry(
                    bound: bound,
                    center: entry.center,
                    partition: entry.partition,
                    ring: Int32(ring)
                )
            )
        }
    }

    private mutating func open(partition number: Int, ring: Int) {
        // Held once for the ring: reached through `self`, each would be retained for each vector.
        let partition = self.view.partitions[number]
        let (rows, radii, members) = (partition.rows, partition.radii, partition.members)
        let (row, centers, bound, weights) = (self.row, self.centers, self.bound, self.query.weights)
        let layout = self.view.layout
        let positions = partition.positions(ofRing: ring)
        var limit = DistanceBound.squaredLimit(of: self.top.radius)
        self.cost.ringsVisited += 1
        self.cost.candidates += positions.count
        for position in positions {
            let atLeast = bound.squared(
                query: centers.span,
                from: number * self.partCount,
                radii: radii.span,
                from: position * self.partCount
            )
            let member = members[position]
            if atLeast > Double(limit) || !self.admission.admits(member) { continue }
            if self.admission.hasFilters && !self.admission.admits(partition.attributes[position]) {
                continue
            }
            self.cost.distancesComputed += 1
            let squared = weightedSquaredDistance(
                row.span,
                rows.span.extracting(position * layout.stride..<(position + 1) * layout.stride),
                partEnds: layout.ends.span,
                weights: weights.span,
                limit: limit
            )
            if squared > limit { continue }
            self.top.offer(
                TopList.Entry(
                    distance: squared.squareRoot(),
                    id: member.id,
                    group: self.query.grouping.owner(of: member),
                    partition: number,
                    row: position
                )
            )
            limit = DistanceBound.squaredLimit(of: self.top.radius)
        }
    }
}

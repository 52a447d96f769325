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
        let partition = self.view.partitions[number]
        let stride = self.view.layout.stride
        let positions = partition.positions(ofRing: ring)
        let rows = partition.rows
        let radii = partition.radii
        self.cost.ringsVisited += 1
        self.cost.candidates += positions.count
        for position in positions {
            let limit = DistanceBound.squaredLimit(of: self.top.radius)
            let bound = self.bound.squared(
                query: self.centers.span,
                from: number * self.partCount,
                radii: radii.span,
                from: position * self.partCount
            )
            if bound > Double(limit) || !self.admission.admits(partition.members[position]) { continue }
            self.cost.distancesComputed += 1
            let squared = weightedSquaredDistance(
                self.row.span,
                rows.span.extracting(position * stride..<(position + 1) * stride),
                partEnds: self.view.layout.ends.span,
                weights: self.query.weights.span,
                limit: limit
            )
            if squared > limit { continue }
            let member = partition.members[position]
            self.top.offer(
                TopList.Entry(
                    distance: squared.squareRoot(),
                    id: member.id,
                    group: self.query.grouping.owner(of: member),
                    partition: number,
                    row: position
                )
            )
        }
    }
}

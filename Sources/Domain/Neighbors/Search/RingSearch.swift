internal import LinearAlgebra

/// One search: opens partitions in the order of their lower bounds until no bound is below the k-th distance. In each,
/// rings rule out blocks, codes rule out vectors, and what is left is compared by the kernel that defines distances.
/// The radius only shrinks, so what was left out stays out.
struct RingSearch {
    private let view: NeighborView
    private let query: NeighborQuery
    private let row: [Float]
    private let distances: DistanceBound
    private let partCount: Int
    /// The query as the rings of the partition meet it that is being opened.
    private var ringQuery: RingQuery
    private var admission: Admission
    /// Slots in the partitions of a wave of which a filter leaves few.
    private var few: [UInt32] = []
    private var scan: PartitionScan
    private var bounds: PartitionBounds
    private let scratch: SearchScratch
    private(set) var top: TopList
    private(set) var cost = SearchCost()

    /// Where a filter leaves at most one item in so many of a partition, codes would not pay.
    private static let sparseShare = 24
    /// Candidates whose rows are fetched ahead of the one that is compared.
    private static let fetchedAhead = 6

    /// - Parameter row: The query's padded row.
    init(view: NeighborView, query: NeighborQuery, row: [Float]) {
        self.view = view
        self.query = query
        self.row = row
        self.distances = DistanceBound(layout: view.layout, weights: query.weights)
        self.partCount = view.layout.parts.count
        self.ringQuery = RingQuery(weights: query.weights)
        self.admission = Admission(query, owners: view.owners, facets: view.facets)
        let blockCount = (view.largestCount + 15) / 16
        self.scratch = SearchScratch(
            blockCount: blockCount,
            positionCount: CodeLayout(view.layout).positionCount
        )
        self.scan = PartitionScan(
            query,
            row: row,
            distances: self.distances,
            blockCount: blockCount,
            scratch: self.scratch
        )
        self.bounds = PartitionBounds(view: view, query: query, row: row, scan: &self.scan)
        self.top = TopList(k: query.k, isGrouping: query.grouping != .none)
    }

    /// A partition in the wave.
    private struct Open {
        let number: Int
        let blockCount: Int
        var terms = CodeTerms()
        /// Lanes that rings leave.
        var laneCount = 0
        /// Places among `few`, if a filter leaves so few items that their codes do not pay.
        var few: Range<Int>?
    }

    mutating func run() {
        guard !self.view.partitions.isEmpty else { return }
        // The nearest reference point first: what is found there rules out most other partitions at once.
        let first = self.bounds.nearest
        self.view.partitions[first].prefetchHead()
        self.bounds.refine([first])
        self.look(at: self.open(first, at: 0), at: 0)
        let found = self.bounds.within(
            self.trueRadius,
            limit: self.distances.ringLimit(self.top.limit),
            except: first
        )
        self.cost.distancesComputed += self.bounds.refinedCount
        var queue = PartitionQueue(room: found.count)
        for place in found.indices {
            // A query lies inside many partitions: then the distance to the reference point decides.
            queue.add(place, order: found[place].gap + 1e-3 * self.bounds.distances[found[place].number])
        }
        queue.make()
        var limit = self.distances.ringLimit(self.top.limit)
        // Several at once, so that the memory of one arrives while another is looked at.
        var waveSize = 2
        var wave: [Open] = []
        let partitions = self.view.partitions
        queue.forEachOfFirst(waveSize) { partitions[found[$0].number].prefetchHead() }
        while true {
            wave.removeAll(keepingCapacity: true)
            self.few.removeAll(keepingCapacity: true)
            while wave.count < waveSize, let next = queue.pop() {
                if found[next].gap > limit { continue }
                wave.append(self.open(found[next].number, at: wave.count))
            }
            if wave.isEmpty { break }
            // The heads of the next wave arrive while this one is looked at.
            queue.forEachOfFirst(min(SearchScratch.waveSize, 2 * waveSize)) { next in
                if found[next].gap <= limit { partitions[found[next].number].prefetchHead() }
            }
            for place in wave.indices { self.look(at: wave[place], at: place) }
            limit = self.distances.ringLimit(self.top.limit)
            waveSize = min(SearchScratch.waveSize, 2 * waveSize)
        }
        self.cost.radius = self.top.radius
    }

    /// A true distance that no candidate that matters exceeds.
    private var trueRadius: Float { Float(self.distances.trueDistance(ofSquared: self.top.limit)).nextUp }

    /// Finds which lanes of a partition are to be looked at, and asks for their codes.
    private mutating func open(_ number: Int, at place: Int) -> Open {
        let partition = self.view.partitions[number]
        var open = Open(number: number, blockCount: partition.blockCount)
        let masks = unsafe self.scratch.masks(place)
        // SAFETY: masks have a place for each block of the largest partition, here and below.
        if self.admission.hasFilters {
            let start = self.few.count
            if self.admission.addFew(
                of: partition,
                atMost: partition.count / Self.sparseShare,
                to: &self.few
            ) {
                open.few = start..<self.few.count
                return open
            }
            let admitted = self.admission.lanes(of: partition)
            for block in 0..<open.blockCount { unsafe masks[block] = admitted[block] }
        } else if partition.removed.isEmpty {
            unsafe masks[..<open.blockCount].update(repeating: .max)
            unsafe masks[open.blockCount - 1] = partition.liveLanes(ofBlock: open.blockCount - 1)
        } else {
            for block in 0..<open.blockCount { unsafe masks[block] = partition.liveLanes(ofBlock: block) }
        }
        self.bounds.bound(&self.ringQuery, to: number)
        open.laneCount = self.keepRings(of: partition, at: place, limit: self.top.limit)
        guard open.laneCount > 0 else { return open }
        for block in 0..<open.blockCount where unsafe masks[block] != 0 {
            partition.store.prefetchBlocks(from: block)
            break
        }
        open.terms = self.scan.open(partition.store, at: place)
        return open
    }

    /// Clears the lanes of blocks whose rings are too far.
    ///
    /// - Returns: lanes that are left.
    // Mutating only so that no copy of all of this is made for the call.
    private mutating func keepRings(of partition: Partition, at place: Int, limit: Float) -> Int {
        let shape = partition.store.shape
        let scalePlace = shape.scales + 4 * (2 + self.partCount)
        // SAFETY: the last scale but one, and (P + 1, 2, R) numbers, in memory that the view's partition holds.
        let scale = unsafe partition.store.start(scalePlace, of: Float.self)[0]
        let extents = unsafe Span<UInt16>(
            _unsafeStart: partition.store.start(shape.rings),
            count: 2 * (self.partCount + 1) * shape.ringCount
        )
        let buffer = unsafe self.scratch.masks(place)
        // SAFETY: the scratch lives as long as the search, and nothing else uses it meanwhile.
        var all = unsafe buffer.mutableSpan
        var masks = all._mutatingExtracting(0..<partition.blockCount)
        // A ring whose block holds appended items as well says nothing of those.
        let closed = partition.count > shape.sortedCount ? shape.sortedCount / 16 : shape.ringCount
        return self.ringQuery.keepRings(
            in: &masks,
            closedCount: closed,
            extents: extents,
            scale: scale,
            limit: self.distances.ringLimit(limit)
        )
    }

    /// Looks at an open partition: at few items first while there is no radius.
    private mutating func look(at open: Open, at place: Int) {
        if let few = open.few {
            self.compareFew(few, of: open.number)
        } else if self.top.radius == .infinity {
            self.lookStepwise(at: open, at: place)
        } else {
            self.lookAtMasks(of: open, laneCount: open.laneCount, at: place)
        }
    }

    /// Compares the items with the nearest heads, more and more of them, until there is a radius; then looks at the rest.
    private mutating func lookStepwise(at open: Open, at place: Int) {
        let partition = self.view.partitions[open.number]
        let masks = unsafe self.scratch.masks(place)
        // SAFETY: the scratch lives as long as the search, and nothing else uses these masks meanwhile.
        var first = unsafe FirstLook(
            bounds: self.scan.headBounds(of: partition.store, at: place, terms: open.terms),
            masks: masks.mutableSpan,
            blockCount: open.blockCount,
            k: self.query.k
        )
        while self.top.radius == .infinity, first.isLeft {
            // SAFETY: as above.
            let slots = unsafe first.next(takenFrom: masks.mutableSpan)
            self.cost.candidates += slots.count
            self.scan.candidates.take(slots)
            self.compareCandidates(of: open.number, isBounded: false)
        }
        self.bounds.bound(&self.ringQuery, to: open.number)
        let laneCount = self.keepRings(of: partition, at: place, limit: self.top.limit)
        self.lookAtMasks(of: open, laneCount: laneCount, at: place)
    }

    /// Codes first, then distances, nearest bound first.
    private mutating func lookAtMasks(of open: Open, laneCount: Int, at place: Int) {
        guard laneCount > 0 else { return }
        self.cost.candidates += laneCount
        self.cost.ringsVisited += (laneCount + 15) / 16
        self.scan.run(
            self.view.partitions[open.number].store,
            at: place,
            terms: open.terms,
            blockCount: open.blockCount,
            limit: self.top.limit
        )
        guard self.scan.candidates.count > 0 else { return }
        self.scan.candidates.sortNearestFirst()
        self.compareCandidates(of: open.number, isBounded: true)
    }

    /// Compares what a filter leaves of a partition without looking at codes.
    private mutating func compareFew(_ places: Range<Int>, of number: Int) {
        guard !places.isEmpty else { return }
        self.cost.ringsVisited += 1
        self.cost.candidates += places.count
        self.scan.candidates.take(self.few[places])
        self.compareCandidates(of: number, isBounded: false)
    }

    private mutating func compareCandidates(of number: Int, isBounded: Bool) {
        let store = self.view.partitions[number].store
        let stride = self.view.layout.stride
        // SAFETY: the rows of all slots, in memory that the view's partition holds.
        let rows = unsafe Span<Float>(
            _unsafeStart: store.start(store.shape.rows),
            count: store.shape.capacity * stride
        )
        let count = self.scan.candidates.count
        for index in 0..<min(Self.fetchedAhead, count) {
            let slot = self.scan.candidates.slot(index)
            prefetch(rows.extracting(slot * stride..<(slot + 1) * stride))
            store.prefetchID(slot)
        }
        let (row, ends, weights) = (self.row, self.view.layout.ends, self.query.weights)
        var limit = self.top.limit
        var radius = isBounded ? self.scan.radius(limit: limit, in: store) : .infinity
        for index in 0..<count {
            if index + Self.fetchedAhead < count {
                let slot = self.scan.candidates.slot(index + Self.fetchedAhead)
                prefetch(rows.extracting(slot * stride..<(slot + 1) * stride))
                store.prefetchID(slot)
            }
            let slot = self.scan.candidates.slot(index)
            if self.scan.candidates.bound(index) > radius || !self.admission.admits(slot, of: store) {
                continue
            }
            self.cost.distancesComputed += 1
            let squared = weightedSquaredDistance(
                row.span,
                rows.extracting(slot * stride..<(slot + 1) * stride),
                partEnds: ends.span,
                weights: weights.span,
                limit: limit
            )
            if squared > limit { continue }
            self.top.offer(
                self.view.entry(squared.squareRoot(), slot, of: number, grouping: self.query.grouping)
            )
            limit = self.top.limit
            if isBounded { radius = self.scan.radius(limit: limit, in: store) }
        }
    }
}

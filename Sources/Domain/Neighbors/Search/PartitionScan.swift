internal import LinearAlgebra

/// A query's image in one basis, and what is derived from it once.
private struct QueryImage {
    let basis: RotatedBasis
    /// (C).
    let image: [Float]
    /// (C), the weight of each position's part.
    let positionWeights: [Float]
    let bound: CodeBound
}

/// Looks at the codes of one partition after the other for one query.
struct PartitionScan {
    private let row: [Float]
    private let weights: [Float]
    private let distances: DistanceBound
    /// One for each basis that was met, mostly one in all; the one that was used last is at `current`.
    private var images: [QueryImage] = []
    private var current = 0
    private let scratch: SearchScratch
    /// What the last scan could not rule out.
    var candidates: CodeCandidates

    init(
        _ query: NeighborQuery,
        row: [Float],
        distances: DistanceBound,
        blockCount: Int,
        scratch: SearchScratch
    ) {
        self.row = row
        self.weights = query.weights
        self.distances = distances
        self.scratch = scratch
        self.candidates = CodeCandidates(room: 16 * blockCount)
    }

    /// Finds the factors of a partition's codes, for a place in the wave.
    mutating func open(_ store: PartitionStore, at place: Int) -> CodeTerms {
        self.choose(store.basis)
        let shape = store.shape
        let count = shape.layout.positionCount
        // SAFETY: C half floats each, in memory that the store holds.
        let center = unsafe Span<UInt16>(_unsafeStart: store.start(shape.center), count: count)
        let steps = unsafe Span<UInt16>(_unsafeStart: store.start(shape.steps), count: count)
        let buffer = unsafe self.scratch.factors(place)
        // SAFETY: the scratch lives as long as the search, and nothing else uses it meanwhile.
        var factors = unsafe buffer.mutableSpan
        let image = self.images[self.current]
        return codeFactors(
            query: image.image.span,
            center: center,
            steps: steps,
            weights: image.positionWeights.span,
            into: &factors
        )
    }

    private mutating func choose(_ basis: RotatedBasis) {
        if self.current < self.images.count, self.images[self.current].basis === basis { return }
        if let known = self.images.firstIndex(where: { $0.basis === basis }) {
            self.current = known
            return
        }
        self.current = self.images.count
        self.images.append(
            QueryImage(
                basis: basis,
                image: basis.image(of: self.row),
                positionWeights: basis.partOf.map { self.weights[Int($0)] },
                bound: CodeBound(
                    basis: basis,
                    row: self.row,
                    weights: self.weights,
                    distances: self.distances
                )
            )
        )
    }

    /// A bound on the distance in code space above which an item of a store is beyond a limit of squared distances.
    mutating func radius(limit: Float, in store: PartitionStore) -> Float {
        self.reach(limit: limit, in: store).radius
    }

    private mutating func reach(limit: Float, in store: PartitionStore) -> CodeReach {
        self.choose(store.basis)
        let lengthPlace = store.shape.scales + 4 * (3 + store.shape.layout.partCount)
        // SAFETY: the last of the 4 + P scales.
        let centerLength = unsafe store.start(lengthPlace, of: Float.self)[0]
        return self.images[self.current].bound.reach(limit: limit, centerLength: centerLength)
    }

    /// Finds the slots among the masked lanes of a place in the wave whose bounds do not rule them out.
    mutating func run(_ store: PartitionStore, at place: Int, terms: CodeTerms, blockCount: Int, limit: Float)
    {
        let shape = store.shape
        let reach = self.reach(limit: limit, in: store)
        // SAFETY: the sections lie behind one another in memory that the store holds; see `PartitionShape`.
        let blocks = unsafe RawSpan(
            _unsafeStart: store.memory.base + shape.blocks,
            byteCount: blockCount * shape.layout.blockBytes
        )
        let tails = unsafe RawSpan(
            _unsafeStart: store.memory.base + shape.tails,
            byteCount: shape.reference - shape.tails
        )
        let scales = unsafe Span<Float>(
            _unsafeStart: store.start(shape.scales),
            count: 2 + shape.layout.partCount
        )
        let (maskBuffer, factorBuffer) = unsafe (self.scratch.masks(place), self.scratch.factors(place))
        let weights = self.weights
        // SAFETY: see `open`.
        let masks = unsafe maskBuffer.span.extracting(0..<blockCount)
        let factors = unsafe factorBuffer.span
        self.candidates.scanHeads(
            blocks: blocks,
            masks: masks,
            factors: factors,
            terms: terms,
            scales: scales,
            partWeights: weights.span,
            reach: reach
        )
        guard self.candidates.count > 0 else { return }
        self.candidates.scanTails(
            tails: tails,
            tailBytes: shape.layout.tailBytes,
            words: shape.layout.words,
            factors: factors,
            terms: terms,
            partWeights: weights.span,
            reach: reach
        )
    }

    /// Lower bounds on the weighted distances to the items of a store, slot by slot.
    mutating func headBounds(of store: PartitionStore) -> [Float] {
        let terms = self.open(store, at: 0)
        // The reach of nothing is what the query's own image may be off by.
        let own = self.reach(limit: 0, in: store).radius
        let norm = Float(store.basis.norm).nextUp
        return self.headBounds(of: store, at: 0, terms: terms).map { max(0, $0 - own) / norm }
    }

    /// Lower bounds on the distances in code space to the items of a store that is open at a place in the wave, slot by
    /// slot.
    mutating func headBounds(of store: PartitionStore, at place: Int, terms: CodeTerms) -> [Float] {
        let shape = store.shape
        let (buffer, weights) = unsafe (self.scratch.factors(place), self.weights)
        // SAFETY: see `open` and `run`.
        let factors = unsafe buffer.span
        let blocks = unsafe RawSpan(
            _unsafeStart: store.memory.base + shape.blocks,
            byteCount: shape.capacity / CodeShape.blockVectors * shape.layout.blockBytes
        )
        let scales = unsafe Span<Float>(
            _unsafeStart: store.start(shape.scales),
            count: 2 + shape.layout.partCount
        )
        return LinearAlgebra.headBounds(
            blocks: blocks,
            factors: factors,
            terms: terms,
            scales: scales,
            partWeights: weights.span,
            reach: self.reach(limit: 0, in: store)
        )
    }
}

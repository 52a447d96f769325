internal import LinearAlgebra

/// Lower bounds on the distances between a query and the items of each partition, before any partition is opened.
///
/// A partition lies within a ball: no item is farther from the reference point r than R = √(Σ w_p hi_p²), nor than
/// √(max w) hi, where hi is the largest distance of all parts together, so none is nearer to the query than
/// D(q, r) − R. The codes of the reference points give a lower bound on D(q, r) for all of them at once; where that
/// rules nothing out, the distances themselves do, part by part; see `DistanceBound`.
struct PartitionBounds {
    private let view: NeighborView
    private let query: NeighborQuery
    private let row: [Float]
    /// (K), about how far the reference points are.
    private(set) var distances: [Float]
    /// (K, P), computed distances to the reference points; only of partitions that were refined.
    private var centers: [Float]
    /// How many were refined.
    private(set) var refinedCount = 0

    init(view: NeighborView, query: NeighborQuery, row: [Float], scan: inout PartitionScan) {
        self.view = view
        self.query = query
        self.row = row
        let count = view.partitions.count
        self.distances = Array(repeating: 0, count: count)
        self.centers = Array(repeating: 0, count: count * view.layout.parts.count)
        guard let lookup = view.lookup else { return }
        let found = scan.headBounds(of: lookup.store)
        for slot in 0..<lookup.store.shape.sortedCount {
            let number = Int(lookup.store.owner(slot))
            if number < count, lookup.isCovered[number] { self.distances[number] = found[slot] }
        }
    }

    /// The partition whose reference point seems nearest; one of unknown distance seems so.
    var nearest: Int {
        self.distances.indices.reduce(0) { self.distances[$1] < self.distances[$0] ? $1 : $0 }
    }

    /// The partitions that may hold an item within a true distance, and the squares of their bounds' gaps, by distances
    /// to their reference points.
    ///
    /// - Parameters:
    ///   - radius: the true distance.
    ///   - limit: the same, for squared gaps in single precision.
    mutating func within(_ radius: Float, limit: Float, except first: Int) -> [(number: Int, gap: Float)] {
        let left = self.ballsWithin(radius, except: first)
        self.refine(left)
        return self.gaps(of: left, limit: limit)
    }

    /// Sets bounds on the query's true distances to a refined reference point.
    func bound(_ query: inout RingQuery, to number: Int) {
        let partCount = self.query.weights.count
        var square: Float = 0
        for part in 0..<partCount {
            let distance = self.centers[number * partCount + part]
            square += distance * distance
            query.low[part] = RingBound.lowered(distance)
            query.high[part] = RingBound.raised(distance)
        }
        query.low[partCount] = RingBound.lowered(square.squareRoot())
        query.high[partCount] = RingBound.raised(square.squareRoot())
    }

    /// Finds partitions' distances part by part.
    mutating func refine(_ numbers: [Int]) {
        self.refinedCount += numbers.count
        let (row, references, ends) = (self.row, self.view.references, self.view.layout.ends)
        var output = self.centers.mutableSpan
        partSquaredDistances(
            into: &output,
            rows: references.span,
            chosen: numbers.map { UInt32($0) },
            query: row.span,
            partEnds: ends.span
        )
        let weights = self.query.weights
        for number in numbers {
            var square: Float = 0
            for part in 0..<weights.count {
                let place = number * weights.count + part
                square += weights[part] * self.centers[place]
                self.centers[place] = self.centers[place].squareRoot()
            }
            self.distances[number] = square.squareRoot()
        }
    }

    /// The squared gaps between the query and the items of refined partitions, of the parts or of the whole, where
    /// they are within a limit.
    private func gaps(of numbers: [Int], limit: Float) -> [(number: Int, gap: Float)] {
        let (weights, extents, centers) = (self.query.weights.span, self.view.extents.span, self.centers.span)
        let least = self.query.weights.min() ?? 0
        var found: [(number: Int, gap: Float)] = []
        found.reserveCapacity(numbers.count)
        for number in numbers {
            let start = 2 * number * (weights.count + 1)
            var (gaps, whole): (Float, Float) = (0, 0)
            for part in weights.indices {
                let distance = centers[number * weights.count + part]
                let gap = Self.gap(distance, extents[start + 2 * part], extents[start + 2 * part + 1])
                gaps += weights[part] * gap * gap
                whole += distance * distance
            }
            let end = start + 2 * weights.count
            let gap = Self.gap(whole.squareRoot(), extents[end], extents[end + 1])
            let larger = max(gaps, least * gap * gap)
            if larger <= limit { found.append((number, larger)) }
        }
        return found
    }

    private static func gap(_ distance: Float, _ low: Float, _ high: Float) -> Float {
        max(0, low - RingBound.raised(distance), RingBound.lowered(distance) - high)
    }

    /// The partitions whose balls come within a true distance, by what is known before they are refined.
    private func ballsWithin(_ radius: Float, except first: Int) -> [Int] {
        let (weights, extents) = (self.query.weights.span, self.view.extents.span)
        let distances = self.distances.span
        let width = 2 * (weights.count + 1)
        let largestRoot = (self.query.weights.max() ?? 0).squareRoot()
        var left: [Int] = []
        left.reserveCapacity(distances.count)
        var end = -1
        for number in distances.indices {
            end += width
            let distance = RingBound.lowered(distances[number])
            // A share of 2⁻¹⁵ covers the roundings of all of this; see `RingBound`.
            guard distance - RingBound.raised(largestRoot * extents[end]) <= radius, number != first else {
                continue
            }
            var square: Float = 0
            for part in weights.indices {
                let high = extents[end - width + 2 + 2 * part]
                square += weights[part] * high * high
            }
            if distance - RingBound.raised(square.squareRoot()) <= radius { left.append(number) }
        }
        return left
    }
}

internal import LinearAlgebra

/// Lower bounds on the distances between a query and the items of each partition, before any partition is opened.
///
/// A partition lies within a ball: no item is farther from the reference point r than R = √(Σ w_p hi_p²), so none is
/// nearer to the query than D(q, r) − R. The codes of the reference points give a lower bound on D(q, r) for all of
/// them at once; where that rules nothing out, the distances themselves do, part by part; see `DistanceBound`.
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
        let left = self.distances.indices.filter { $0 != first && self.ball($0) <= radius }
        self.refine(left)
        return left.compactMap { number in
            let gap = self.gap(number)
            return gap <= limit ? (number, gap) : nil
        }
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

    /// The squared gap between the query and the items of a refined partition: of the parts, or of the whole.
    private func gap(_ number: Int) -> Float {
        let weights = self.query.weights
        let extents = self.view.extents
        let start = 2 * number * (weights.count + 1)
        var (gaps, whole, least): (Float, Float, Float) = (0, 0, .infinity)
        for part in 0..<weights.count {
            let distance = self.centers[number * weights.count + part]
            let gap = Self.gap(distance, extents[start + 2 * part], extents[start + 2 * part + 1])
            gaps += weights[part] * gap * gap
            whole += distance * distance
            least = min(least, weights[part])
        }
        let end = start + 2 * weights.count
        let gap = Self.gap(whole.squareRoot(), extents[end], extents[end + 1])
        return max(gaps, least * gap * gap)
    }

    private static func gap(_ distance: Float, _ low: Float, _ high: Float) -> Float {
        max(0, low - RingBound.raised(distance), RingBound.lowered(distance) - high)
    }

    /// A lower bound on the true distance to the items of a partition that is not refined yet.
    private func ball(_ number: Int) -> Float {
        let weights = self.query.weights
        var square: Float = 0
        for part in 0..<weights.count {
            let high = self.view.extents[2 * (number * (weights.count + 1) + part) + 1]
            square += weights[part] * high * high
        }
        // A share of 2⁻¹⁵ covers the roundings of all of this; see `RingBound`.
        return RingBound.lowered(self.distances[number]) - RingBound.raised(square.squareRoot())
    }
}

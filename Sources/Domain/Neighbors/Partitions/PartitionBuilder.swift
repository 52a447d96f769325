internal import LinearAlgebra

/// Items that are about to become a partition: gathered, ordered by distance to their mean, coded, laid out.
struct PartitionBuilder {
    private let basis: RotatedBasis
    private let members: [Member]
    /// (N, S), in the order of `members`.
    private let rows: Matrix
    private let reference: [Float]
    /// (N, P + 1), distances to the reference point, part by part, then of all parts together.
    private let radii: [Float]
    /// Slots to members: by distance to the reference point.
    private let order: [Int]
    private let postings: Postings
    let shape: PartitionShape

    /// Standard deviations that the codes of a position span on each side: least error for normal values.
    private static let spannedDeviations: Float = 2.6

    /// - Parameters:
    ///   - rows: (N, S), N at least 1.
    ///   - facets: what the members' sets mean; nil: nothing.
    ///   - room: slots to keep free behind the sorted ones.
    init(
        parts: PartLayout,
        basis: RotatedBasis,
        members: [Member],
        rows: Matrix,
        facets: FacetTable?,
        room: Int
    ) {
        self.basis = basis
        self.members = members
        self.rows = rows
        let reference = Self.mean(rows)
        self.reference = reference
        let radii = wholeDistances(
            of: parts.partDistances(from: reference.span, to: rows.values.span),
            partCount: parts.parts.count
        )
        self.radii = radii
        let width = parts.parts.count + 1
        let order = members.indices.sorted {
            (radii[$0 * width + width - 1], $0) < (radii[$1 * width + width - 1], $1)
        }
        self.order = order
        self.postings = Postings(sets: order.map { facets?.sets[Int(members[$0].set)] ?? [] })
        self.shape = PartitionShape(
            layout: basis.layout,
            capacity: (members.count + room + 15) / 16 * 16,
            sortedCount: members.count,
            facetCount: self.postings.facets.count,
            postingCount: self.postings.slots.count
        )
    }

    /// Lays the items out.
    ///
    /// - Parameter memory: `shape.byteCount` zeroed bytes; allocated if nil.
    func partition(in memory: NeighborMemory? = nil) -> Partition {
        let store = PartitionStore(
            shape: self.shape,
            basis: self.basis,
            memory: memory ?? NeighborMemory(zeroed: self.shape.byteCount),
            written: self.members.count
        )
        let images = self.basis.images(of: self.rows)
        // Codes are around what is stored, not around what was rounded.
        let center = self.basis.image(of: self.reference).map { UpperHalf.widened(UpperHalf.rounded($0)) }
        let steps = self.steps(of: images, around: center).map { UpperHalf.widened(UpperHalf.rounded($0)) }
        let encoded = EncodedVectors(
            rotated: images.values.span,
            center: center,
            steps: steps,
            partOf: self.basis.partOf,
            partCount: self.shape.layout.partCount
        )
        let centerLength = length(of: center)
        let errors = self.members.indices.map { member in
            self.basis.projectionError
                * (length(of: Array(self.rows.row(member))) + centerLength)
        }
        let rings = self.rings()
        let ringScale = RingBound.scale(largest: rings.max() ?? 0)
        let scales = self.scales(of: encoded, errors: errors) + [ringScale, centerLength]
        store.fill(self.shape.reference, with: self.reference)
        store.fill(self.shape.center, with: center.map(UpperHalf.rounded))
        store.fill(self.shape.steps, with: steps.map(UpperHalf.rounded))
        store.fill(self.shape.scales, with: scales)
        store.fill(self.shape.rings, with: self.multiples(of: ringScale, rings))
        store.fill(self.shape.facets, with: self.postings.facets)
        store.fill(self.shape.postingStarts, with: self.postings.starts)
        store.fill(self.shape.postings, with: self.postings.slots)
        for (slot, member) in self.order.enumerated() {
            store.write(
                slot,
                member: self.members[member],
                rows: self.rows.values.span,
                encoded: encoded,
                at: member,
                scales: scales,
                projectionError: errors[member]
            )
        }
        return Partition(store: store, count: self.members.count)
    }

    /// (P + 1, 2), smallest and largest distance of all items to the reference point, part by part, then of all parts
    /// together, widened by rounding.
    var extent: [Float] { self.extent(of: self.order[...]) }

    private static func mean(_ rows: Matrix) -> [Float] {
        var sums = [Double](repeating: 0, count: rows.columns)
        for row in 0..<rows.rows {
            for (column, value) in rows.row(row).enumerated() { sums[column] += Double(value) }
        }
        return sums.map { Float($0 / Double(rows.rows)) }
    }

    /// (C), what a unit of code stands for at each position.
    private func steps(of images: Matrix, around center: [Float]) -> [Float] {
        var squares = [Float](repeating: 0, count: center.count)
        var largest = squares
        for row in 0..<images.rows {
            let start = row * center.count
            for position in center.indices {
                let offset = images.values[start + position] - center[position]
                squares[position] += offset * offset
                largest[position] = max(largest[position], abs(offset))
            }
        }
        return center.indices.map { position in
            let deviation = (squares[position] / Float(images.rows)).squareRoot()
            return 2 * min(Self.spannedDeviations * deviation, largest[position]) / 15
        }
    }

    /// (2 + P), so that the largest error, the largest squared length of each part's head and the largest distance
    /// in the tail fit a byte.
    private func scales(of encoded: EncodedVectors, errors: [Float]) -> [Float] {
        let layout = self.shape.layout
        var scales = [Float](repeating: 0, count: 2 + layout.partCount)
        for member in self.members.indices {
            let error = encoded.headErrors[member] * (1 + layout.roundingShare) + errors[member] + 1e-18
            scales[0] = max(scales[0], error / 250)
            // Not much less than what rounding may have done either.
            let tail = encoded.tailDistances[member] / 250 + 8 * (errors[member] + 1e-18)
            scales[1 + layout.partCount] = max(scales[1 + layout.partCount], tail)
            for part in 0..<layout.partCount {
                scales[1 + part] = max(
                    scales[1 + part],
                    encoded.headLengths[member * layout.partCount + part] / 255
                )
            }
        }
        return scales
    }

    /// (P + 1, 2, R).
    private func rings() -> [Float] {
        let ringCount = self.shape.ringCount
        var rings = [Float](repeating: 0, count: 2 * (self.shape.layout.partCount + 1) * ringCount)
        for ring in 0..<ringCount {
            let extent = self.extent(of: self.order[16 * ring..<min(16 * ring + 16, self.order.count)])
            for index in extent.indices { rings[index * ringCount + ring] = extent[index] }
        }
        return rings
    }

    /// (P + 1, 2, R), rounded outward.
    private func multiples(of scale: Float, _ rings: [Float]) -> [UInt16] {
        let ringCount = self.shape.ringCount
        return rings.enumerated().map { index, distance in
            index / ringCount % 2 == 0
                ? RingBound.multipleBelow(distance, scale: scale)
                : RingBound.multipleAbove(distance, scale: scale)
        }
    }

    private func extent(of items: ArraySlice<Int>) -> [Float] {
        let width = self.shape.layout.partCount + 1
        var extent: [Float] = []
        for part in 0..<width {
            var low = Float.infinity
            var high: Float = 0
            for item in items {
                low = min(low, self.radii[item * width + part])
                high = max(high, self.radii[item * width + part])
            }
            extent.append(RingBound.lowered(low))
            extent.append(RingBound.raised(high))
        }
        return extent
    }
}

/// (N, P + 1) from (N, P): distances part by part, and behind them that of all parts together.
func wholeDistances(of parts: [Float], partCount: Int) -> [Float] {
    var whole: [Float] = []
    whole.reserveCapacity(parts.count / partCount * (partCount + 1))
    for start in stride(from: 0, to: parts.count, by: partCount) {
        var square: Float = 0
        for distance in parts[start..<start + partCount] {
            whole.append(distance)
            square += distance * distance
        }
        whole.append(square.squareRoot())
    }
    return whole
}

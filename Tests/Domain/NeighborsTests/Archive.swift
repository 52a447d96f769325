import LinearAlgebra
import Neighbors

/// A seeded source of randomness (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Roughly normal: the sum of twelve uniform numbers.
    mutating func normal() -> Float {
        (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
    }
}

func identifier(_ number: Int, kind: UInt8 = 0) -> NeighborID {
    // The first bytes are scattered, so that the order of ids is not the order of insertion.
    let scattered = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: scattered >> (8 * $0)) }
    guard let id = NeighborID([kind] + bytes + [0, 0, 0, 0, 0, 0, 0]) else {
        preconditionFailure("sixteen bytes")
    }
    return id
}

/// How the vectors of a made-up archive lie.
enum Scatter: CaseIterable {
    /// Independent values: nothing can be pruned.
    case uniform
    /// Around a few centers: as embeddings of a few patients.
    case clustered
    /// A few values, so that many distances are equal.
    case grid
    /// The same vector again and again.
    case duplicates
    /// Magnitudes from 10⁻¹⁸ to 10¹⁴, where rounding is worst.
    case extreme
}

/// Items with seeded vectors; 5 slices a series, 2 series a patient.
func archive(count: Int, parts: [Int], scatter: Scatter, seed: UInt64) -> [NeighborItem] {
    var generator = Seeded(state: seed)
    let dimension = parts.reduce(0, +)
    let centers = (0..<8).map { _ in (0..<dimension).map { _ in generator.normal() } }
    return (0..<count).map { number in
        let center = centers[Int.random(in: 0..<8, using: &generator)]
        let vector: [Float] = (0..<dimension).map { index in
            switch scatter {
            case .uniform: Float.random(in: -1...1, using: &generator)
            case .clustered: center[index] + 0.1 * generator.normal()
            case .grid: Float(Int.random(in: 0...1, using: &generator))
            case .duplicates: centers[number % 3][index]
            case .extreme:
                center[index] * [1e-18, 1e-9, 1, 1e7, 1e13][Int.random(in: 0..<5, using: &generator)]
            }
        }
        return NeighborItem(
            id: identifier(number),
            series: identifier(number / 5, kind: 1),
            patient: identifier(number / 10, kind: 2),
            vector: vector,
            attributes: [
                "kernel": ["B", "L", "SHARP"][number % 3], "thickness": "\(Double(number % 7) / 2)",
            ]
        )
    }
}

/// An index of items, inserted one by one.
func index(_ items: [NeighborItem], parts: [Int]) throws -> NeighborIndex {
    var index = NeighborIndex(parts: parts)
    for item in items {
        try index.insert(item)
    }
    return index
}

/// The answer from its definition: every item's distance, sorted, the first of each group, the first k.
func naiveAnswer(_ items: some Collection<NeighborItem>, parts: [Int], query: NeighborQuery) -> [Neighbor] {
    let admitted = items.filter { item in
        item.id != query.excludedID && item.series != query.excludedSeries
            && item.patient != query.excludedPatient
            && query.filters.allSatisfy { $0.holds(for: item.attributes[$0.key]) }
    }
    let all = admitted.map { item in
        var start = 0
        var weighted: Float = 0
        var partDistances: [Float] = []
        for (count, weight) in zip(parts, query.weights) {
            let squared = squaredDistance(
                Array(query.vector[start..<start + count]).span,
                Array(item.vector[start..<start + count]).span
            )
            weighted = weighted + weight * squared
            partDistances.append(squared.squareRoot())
            start += count
        }
        return Neighbor(
            id: item.id,
            series: item.series,
            patient: item.patient,
            distance: weighted.squareRoot(),
            partDistances: partDistances
        )
    }
    let sorted = all.sorted { ($0.distance, $0.id) < ($1.distance, $1.id) }
    var seen = Set<NeighborID>()
    let best = sorted.filter { hit in
        switch query.grouping {
        case .none: true
        case .series: seen.insert(hit.series).inserted
        case .patient: seen.insert(hit.patient).inserted
        }
    }
    return Array(best.prefix(query.k))
}

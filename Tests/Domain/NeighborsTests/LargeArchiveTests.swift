import Neighbors
import Testing

/// Vectors like those of real archives: each series is a path of slices from apex to base through a common anatomy,
/// which patients vary in a few directions; parts of unit length. The anatomy is the same for every seed.
private func paths(count: Int, parts: [Int], seed: UInt64) -> [NeighborItem] {
    let slicesPerSeries = 100
    let knots = 6
    let directions = 4
    var anatomy = Seeded(state: 99)
    var generator = Seeded(state: seed)
    let dimension = parts.reduce(0, +)
    func randomVector() -> [Float] { (0..<dimension).map { _ in anatomy.normal() } }
    let common = (0..<knots).map { _ in randomVector() }
    let variations = (0..<directions).map { _ in randomVector() }
    var own = common
    return (0..<count).map { number in
        if number % slicesPerSeries == 0 {
            let amounts = variations.map { _ in 0.3 * generator.normal() }
            own = common.map { knot in
                knot.indices.map { index in
                    knot[index] + zip(amounts, variations).reduce(0) { $0 + $1.0 * $1.1[index] }
                }
            }
        }
        let level = Float(number % slicesPerSeries) / Float(slicesPerSeries) * Float(knots - 1)
        let before = Int(level)
        let share = level - Float(before)
        var vector = (0..<dimension).map { index in
            own[before][index] * (1 - share) + own[before + 1][index] * share + 0.05 * generator.normal()
        }
        var start = 0
        for part in parts {
            let norm = vector[start..<start + part].reduce(0) { $0 + $1 * $1 }.squareRoot()
            for index in start..<start + part { vector[index] /= norm }
            start += part
        }
        return NeighborItem(
            id: identifier(number),
            series: identifier(number / slicesPerSeries, kind: 1),
            patient: identifier(number / slicesPerSeries, kind: 2),
            vector: vector
        )
    }
}

@Suite struct LargeArchiveTests {
    @Test("50,000 × 176: search equals brute force, and looks at few vectors")
    func fiftyThousand() throws {
        let parts = [64, 48, 64]
        let items = paths(count: 50_000, parts: parts, seed: 1)
        let clock = ContinuousClock()
        var built = NeighborIndex(parts: parts)
        let building = try clock.measure {
            for item in items { try built.insert(item) }
        }
        let view = built.view
        print("50,000 × 176: \(built.partitionCount) reference points, built in \(building)")
        let kinds: [(name: String, weights: [Float], grouping: Grouping)] = [
            ("equal weights", [1, 1, 1], .none), ("one part", [0, 1, 0], .none),
            ("model's weights", [0.2, 0.7, 0.1], .none), ("one per patient", [0.2, 0.7, 0.1], .patient),
        ]
        let asked = paths(count: 2_000, parts: parts, seed: 2).enumerated().filter { $0.offset % 100 == 0 }
        for kind in kinds {
            let queries = asked.map { _, item in
                NeighborQuery(vector: item.vector, weights: kind.weights, k: 10, grouping: kind.grouping)
            }
            // Apart, for a scan of everything empties the caches.
            var found: [NeighborAnswer] = []
            let searching = try clock.measure { found = try queries.map { try view.search($0) } }
            var expected: [NeighborAnswer] = []
            let scanning = try clock.measure { expected = try queries.map { try view.bruteForce($0) } }
            #expect(found.map(\.neighbors) == expected.map(\.neighbors), "\(kind.name)")
            let computed = found.reduce(0) { $0 + $1.cost.distancesComputed }
            let share = Double(computed) / Double(items.count * queries.count)
            #expect(share < 0.6, "\(kind.name): \(share)")
            print(
                "  \(kind.name): \(share) of the distances computed, \(searching / queries.count) a search,",
                "\(scanning / queries.count) brute force"
            )
        }
    }

    @Test("20,000 × 64 without any structure: nothing can be left out, and the answer is exact all the same")
    func uniform() throws {
        let items = archive(count: 20_000, parts: [64], scatter: .uniform, seed: 3)
        let view = try index(items, parts: [64]).view
        let queries = archive(count: 20, parts: [64], scatter: .uniform, seed: 4).map {
            NeighborQuery(vector: $0.vector, weights: [1], k: 10)
        }
        let clock = ContinuousClock()
        var found: [NeighborAnswer] = []
        let searching = try clock.measure { found = try queries.map { try view.search($0) } }
        let expected = try queries.map { try view.bruteForce($0) }
        #expect(found.map(\.neighbors) == expected.map(\.neighbors))
        let computed = found.reduce(0) { $0 + $1.cost.distancesComputed }
        print(
            "20,000 × 64 uniform: \(Double(computed) / Double(20_000 * queries.count)) of the distances computed,",
            "\(searching / queries.count) a search"
        )
    }
}

import Neighbors
import Testing

@Suite struct ExactnessTests {
    @Test("search, brute force and the definition agree bit for bit", arguments: Scatter.allCases)
    func agrees(scatter: Scatter) throws {
        var generator = Seeded(state: 11)
        for round in 0..<40 {
            let parts = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                Int.random(in: 1...40, using: &generator)
            }
            let count = [1, 2, 3, 17, 100, 400][round % 6]
            let items = archive(count: count, parts: parts, scatter: scatter, seed: UInt64(round))
            let view = try index(items, parts: parts).view
            for _ in 0..<6 {
                let query = randomQuery(among: items, parts: parts, using: &generator)
                let searched = try view.search(query)
                let expected = naiveAnswer(items, parts: parts, query: query)
                #expect(searched.neighbors == expected, "round \(round): \(parts) × \(count)")
                let brute = try view.bruteForce(query)
                #expect(brute.neighbors == expected)
                #expect(brute.cost.radius == searched.cost.radius)
            }
        }
    }

    private func randomQuery(
        among items: [NeighborItem],
        parts: [Int],
        using generator: inout Seeded
    ) -> NeighborQuery {
        let chosen = items[Int.random(in: 0..<items.count, using: &generator)]
        var query = NeighborQuery(vector: chosen.vector, weights: [], k: 1)
        if Bool.random(using: &generator) {
            query.vector = query.vector.map { $0 + 0.05 * generator.normal() }
        }
        query.weights = parts.map { _ in
            [0, 0.2, 1, 1, Float.random(in: 0...1_000, using: &generator)].randomElement(using: &generator)
                ?? 1
        }
        query.k = [1, 2, 10, 50, 10_000].randomElement(using: &generator) ?? 1
        query.grouping = Grouping.allCases.randomElement(using: &generator) ?? .none
        if Int.random(in: 0..<3, using: &generator) == 0 { query.excludedPatient = chosen.patient }
        if Int.random(in: 0..<3, using: &generator) == 0 { query.excludedSeries = chosen.series }
        if Int.random(in: 0..<3, using: &generator) == 0 { query.excludedID = chosen.id }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            query.filters.append(AttributeFilter(key: "thickness", comparison: .atMost, value: "1"))
        }
        return query
    }

    @Test("an empty index answers with nothing")
    func empty() throws {
        let view = NeighborIndex(parts: [3]).view
        let query = NeighborQuery(vector: [1, 2, 3], weights: [1], k: 5)
        #expect(try view.search(query).neighbors.isEmpty)
        #expect(try view.search(query) == view.bruteForce(query))
    }

    @Test("all weights zero: every distance is zero and ids decide")
    func zeroWeights() throws {
        let items = archive(count: 300, parts: [4, 4], scatter: .clustered, seed: 5)
        let view = try index(items, parts: [4, 4]).view
        let answer = try view.search(NeighborQuery(vector: items[0].vector, weights: [0, 0], k: 20))
        #expect(answer.neighbors.map(\.id) == Array(items.map(\.id).sorted().prefix(20)))
        #expect(answer.neighbors.allSatisfy { $0.distance == 0 && $0.partDistances.count == 2 })
        #expect(answer.neighbors.contains { $0.partDistances[1] > 0 })
    }

    @Test("a larger k only appends")
    func growingK() throws {
        let items = archive(count: 500, parts: [6], scatter: .grid, seed: 6)
        let view = try index(items, parts: [6]).view
        var query = NeighborQuery(vector: items[3].vector, weights: [1], k: 400, grouping: .series)
        let long = try view.search(query)
        #expect(long.neighbors.count == 100)
        #expect(long.cost.radius == .infinity)
        for k in 1..<100 {
            query.k = k
            let answer = try view.search(query)
            #expect(answer.neighbors == Array(long.neighbors.prefix(k)))
            #expect(answer.cost.radius == long.neighbors[k - 1].distance)
        }
    }

    @Test("the order of insertion leaves no trace in the answer")
    func insertionOrder() throws {
        let items = archive(count: 700, parts: [8, 5], scatter: .grid, seed: 7)
        var generator = Seeded(state: 8)
        let first = try index(items, parts: [8, 5]).view
        let second = try index(items.shuffled(using: &generator), parts: [8, 5]).view
        for item in items.prefix(50) {
            let query = NeighborQuery(vector: item.vector, weights: [1, 0.5], k: 30)
            #expect(try first.search(query).neighbors == second.search(query).neighbors)
        }
    }

    @Test("identifiers are ordered and given back as their bytes")
    func identifiers() {
        var generator = Seeded(state: 9)
        #expect(NeighborID([1, 2, 3]) == nil)
        for _ in 0..<200 {
            let a = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let b = a.prefix(Int.random(in: 0...15, using: &generator)) + a.reversed()
            guard let first = NeighborID(a), let second = NeighborID(Array(b.prefix(16))) else {
                Issue.record("sixteen bytes make no identifier")
                return
            }
            #expect(first.bytes == a)
            #expect((first < second) == a.lexicographicallyPrecedes(b.prefix(16)))
        }
    }
}

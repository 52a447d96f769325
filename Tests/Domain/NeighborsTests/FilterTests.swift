import Neighbors
import Testing

@Suite struct FilterTests {
    @Test(
        "numbers are compared as numbers, the rest as text",
        arguments: [
            ("10", AttributeFilter.Comparison.atLeast, "9", true), ("10", .atMost, "9", false),
            ("1.50", .equal, "1.5", true), ("1.50", .notEqual, "1.5", false), ("B", .equal, "B", true),
            ("B", .equal, "b", false), ("B", .notEqual, "L", true), ("B", .atMost, "L", true),
            ("10", .atMost, "9x", true), ("10", .atLeast, "9x", false), ("nan", .equal, "nan", true),
            ("inf", .atMost, "5", false), ("", .equal, "", true), ("é", .equal, "e\u{301}", false),
        ]
    )
    func comparisons(value: String, comparison: AttributeFilter.Comparison, operand: String, expected: Bool) {
        #expect(
            AttributeFilter(key: "x", comparison: comparison, value: operand).holds(for: value) == expected
        )
    }

    @Test(
        "an item without the attribute differs from every value",
        arguments: AttributeFilter.Comparison.allCases
    )
    func absent(comparison: AttributeFilter.Comparison) {
        let filter = AttributeFilter(key: "x", comparison: comparison, value: "1")
        #expect(filter.holds(for: nil) == (comparison == .notEqual))
    }

    @Test("a filter which keeps three of 2,000 finds all three, and computes no other distance")
    func selective() throws {
        var items = archive(count: 2_000, parts: [16], scatter: .clustered, seed: 1)
        for number in [7, 700, 1_999] {
            items[number].attributes["rare"] = "yes"
        }
        let view = try index(items, parts: [16]).view
        let query = NeighborQuery(
            vector: items[0].vector,
            weights: [1],
            k: 10,
            filters: [AttributeFilter(key: "rare", comparison: .equal, value: "yes")]
        )
        let answer = try view.search(query)
        #expect(answer.neighbors == naiveAnswer(items, parts: [16], query: query))
        #expect(answer.neighbors.count == 3)
        #expect(answer.cost.radius == .infinity)
        let references = try view.search(NeighborQuery(vector: items[0].vector, weights: [1], k: 1))
        #expect(answer.cost.distancesComputed < references.cost.distancesComputed + 3)
    }

    @Test("rare values beside other conditions, while items come and go", arguments: 0..<20)
    func rareAmongOthers(seed: UInt64) throws {
        var items = archive(count: 2_400, parts: [12], scatter: .clustered, seed: seed)
        var generator = Seeded(state: seed)
        for number in items.indices where Int.random(in: 0..<60, using: &generator) == 0 {
            items[number].attributes["rare"] = "\(number % 4)"
        }
        // Sorted ones, then items behind them, and gaps among both.
        var index = try NeighborIndex(parts: [12], items: Array(items[..<2_000]))
        for item in items[2_000...] { try index.insert(item) }
        for number in stride(from: 0, to: items.count, by: 7) { index.remove(items[number].id) }
        let left = items.enumerated().filter { $0.offset % 7 != 0 }.map(\.element)
        for (comparison, others) in [
            (AttributeFilter.Comparison.equal, []), (.atLeast, []), (.notEqual, []),
            (.atMost, [AttributeFilter(key: "kernel", comparison: .notEqual, value: "B")]),
            (.equal, [AttributeFilter(key: "thickness", comparison: .atLeast, value: "1")]),
        ] {
            let query = NeighborQuery(
                vector: items[1].vector,
                weights: [1],
                k: 12,
                filters: others + [AttributeFilter(key: "rare", comparison: comparison, value: "2")]
            )
            #expect(try index.view.search(query).neighbors == naiveAnswer(left, parts: [12], query: query))
        }
    }

    @Test("k groups are found though thousands of one group's items are nearer")
    func groupingReachesFar() throws {
        var items = archive(count: 3_000, parts: [8], scatter: .clustered, seed: 2)
        for number in items.indices where number >= 20 {
            items[number].vector = items[0].vector.map { $0 + Float(number) * 1e-6 }
            items[number].patient = items[0].patient
        }
        let view = try index(items, parts: [8]).view
        let query = NeighborQuery(vector: items[0].vector, weights: [1], k: 2, grouping: .patient)
        let answer = try view.search(query)
        #expect(answer.neighbors == naiveAnswer(items, parts: [8], query: query))
        #expect(Set(answer.neighbors.map(\.patient)) == [items[0].patient, items[10].patient])
    }
}

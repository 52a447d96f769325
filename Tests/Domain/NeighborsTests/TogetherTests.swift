import Testing

@testable import Neighbors

@Suite struct TogetherTests {
    @Test(
        "a scan for many queries at once gives each the answer of its own search",
        arguments: Scatter.allCases
    )
    func sameAnswers(scatter: Scatter) throws {
        let parts = [7, 30]
        let items = archive(count: 900, parts: parts, scatter: scatter, seed: 1)
        var index = try NeighborIndex(parts: parts, items: items)
        for item in items[..<50] { index.remove(item.id) }
        let queries = items[..<33].enumerated().map { number, item in
            NeighborQuery(
                vector: item.vector,
                weights: [[1, 1], [0, 2], [0.3, 0]][number % 3],
                k: number % 5 == 0 ? 500 : 10,
                grouping: Grouping.allCases[number % 3],
                excludedPatient: number % 2 == 0 ? item.patient : nil,
                filters: number % 4 == 0
                    ? [AttributeFilter(key: "kernel", comparison: .notEqual, value: "L")] : []
            )
        }
        let answers = index.view.scan(queries)
        for (query, answer) in zip(queries, answers) {
            let expected = try index.view.bruteForce(query)
            #expect(try answer.get().neighbors == expected.neighbors)
            #expect(try answer.get().cost.radius == expected.cost.radius)
        }
    }

    @Test("a query that has no answer is refused alone")
    func refusal() throws {
        let items = archive(count: 50, parts: [4], scatter: .uniform, seed: 2)
        let view = try NeighborIndex(parts: [4], items: items).view
        let good = NeighborQuery(vector: items[0].vector, weights: [1], k: 3)
        var bad = good
        bad.k = 0
        let answers = view.scan([good, bad, good])
        #expect(throws: NeighborError.unusableK(0)) { try answers[1].get() }
        #expect(try answers[2].get() == answers[0].get())
        #expect(try answers[0].get().neighbors == view.search(good).neighbors)
    }

    @Test("company pays where nothing can be pruned, and only there")
    func prediction() throws {
        #expect(!CostModel.prefersScan(queryCount: 64, share: nil))
        #expect(!CostModel.prefersScan(queryCount: 64, share: 0.01))
        #expect(!CostModel.prefersScan(queryCount: 1, share: 1))
        #expect(CostModel.prefersScan(queryCount: 32, share: 1))
        let parts = [64]
        let count = CostModel.countMinimum
        let scattered = try NeighborIndex(
            parts: parts,
            items: archive(count: count, parts: parts, scatter: .uniform, seed: 3)
        ).view
        let clustered = try NeighborIndex(
            parts: parts,
            items: archive(count: count, parts: parts, scatter: .clustered, seed: 3)
        ).view
        for (view, scatter) in [(scattered, Scatter.uniform), (clustered, .clustered)] {
            for item in archive(count: 40, parts: parts, scatter: scatter, seed: 3) {
                _ = try view.search(NeighborQuery(vector: item.vector, weights: [1], k: 10))
            }
        }
        #expect(scattered.profitsFromCompany)
        #expect(!clustered.profitsFromCompany)
        // A small archive is searched before company comes, however little can be pruned.
        let few = try NeighborIndex(
            parts: parts,
            items: archive(count: 200, parts: parts, scatter: .uniform, seed: 3)
        ).view
        _ = try few.search(NeighborQuery(vector: Array(repeating: 0, count: 64), weights: [1], k: 10))
        #expect(!few.profitsFromCompany)
    }
}

import Testing

@testable import Neighbors

@Suite struct BuildingTests {
    @Test("an index built at once answers as one built item by item", arguments: Scatter.allCases)
    func sameAnswers(scatter: Scatter) throws {
        let parts = [12, 60, 9]
        let items = archive(count: 1_200, parts: parts, scatter: scatter, seed: 1)
        let atOnce = try NeighborIndex(parts: parts, items: items).view
        let oneByOne = try index(items, parts: parts).view
        for item in items[..<40] {
            let query = NeighborQuery(
                vector: item.vector,
                weights: [0.2, 0.7, 0.1],
                k: 25,
                grouping: .series
            )
            #expect(try atOnce.search(query).neighbors == oneByOne.search(query).neighbors)
            #expect(try atOnce.search(query).neighbors == naiveAnswer(items, parts: parts, query: query))
        }
    }

    @Test("any number of threads gives the same answers")
    func threads() throws {
        let items = archive(count: 3_000, parts: [40], scatter: .clustered, seed: 2)
        let one = try NeighborIndex(parts: [40], items: items, threadCount: 1).view
        let two = try NeighborIndex(parts: [40], items: items, threadCount: 2).view
        for item in items[..<20] {
            let query = NeighborQuery(vector: item.vector, weights: [1], k: 100)
            #expect(try one.search(query).neighbors == two.search(query).neighbors)
        }
    }

    @Test("of several items with one id the last counts")
    func repeatedIDs() throws {
        let items = archive(count: 300, parts: [8], scatter: .uniform, seed: 3)
        var newer = items[..<100].map { $0 }
        for index in newer.indices { newer[index].vector = items[200 + index].vector }
        let built = try NeighborIndex(parts: [8], items: items + newer)
        #expect(built.count == 300)
        let query = NeighborQuery(vector: items[250].vector, weights: [1], k: 300)
        #expect(
            try built.view.search(query).neighbors
                == naiveAnswer(newer + items[100...], parts: [8], query: query)
        )
    }

    @Test("a vector that cannot be compared refuses the whole")
    func refusal() throws {
        var items = archive(count: 10, parts: [3], scatter: .uniform, seed: 4)
        items[7].vector[1] = .nan
        #expect(throws: NeighborError.unusableValue(position: 1)) {
            try NeighborIndex(parts: [3], items: items)
        }
    }

    @Test("memory of removed items comes back, and so does that of replaced ones")
    func memoryComesBack() throws {
        let items = archive(count: 6_000, parts: [96], scatter: .clustered, seed: 5)
        var index = try index(items, parts: [96])
        let full = index.byteCount
        for _ in 0..<3 { for item in items[..<2_000] { try index.insert(item) } }
        #expect(index.byteCount < full * 5 / 4)
        for item in items[600...] { index.remove(item.id) }
        #expect(index.byteCount < full / 4)
    }

    @Test("copies of an index that grow apart do not see each other's items")
    func copies() throws {
        let items = archive(count: 400, parts: [40], scatter: .clustered, seed: 6)
        var first = try index(Array(items[..<200]), parts: [40])
        var second = first
        for (a, b) in zip(items[200..<300], items[300...]) {
            try first.insert(a)
            try second.insert(b)
        }
        for item in items[..<30] {
            let query = NeighborQuery(vector: item.vector, weights: [1], k: 50)
            #expect(
                try first.view.search(query).neighbors
                    == naiveAnswer(items[..<300], parts: [40], query: query)
            )
            #expect(
                try second.view.search(query).neighbors
                    == naiveAnswer(items[..<200] + items[300...], parts: [40], query: query)
            )
        }
    }
}

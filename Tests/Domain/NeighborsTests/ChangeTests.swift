import Neighbors
import Testing

@Suite struct ChangeTests {
    @Test("hundreds of random interleavings of insert, replace, remove and search", arguments: 0..<300)
    func interleaving(seed: Int) throws {
        var generator = Seeded(state: UInt64(seed))
        let parts = [[3], [4, 2], [1, 17, 5]][seed % 3]
        let scatter = Scatter.allCases[seed % Scatter.allCases.count]
        let pool = archive(count: 240, parts: parts, scatter: scatter, seed: UInt64(seed))
        var index = NeighborIndex(parts: parts)
        var model: [NeighborID: NeighborItem] = [:]
        // Grows in the first half, shrinks in the second.
        for step in 0..<400 {
            var item = pool[Int.random(in: 0..<pool.count, using: &generator)]
            let isRemoval = Int.random(in: 0..<10, using: &generator) < (step < 200 ? 2 : 7)
            if isRemoval {
                let wasThere = model.removeValue(forKey: item.id) != nil
                let wasRemoved = index.remove(item.id)
                #expect(wasRemoved == wasThere)
            } else {
                if Bool.random(using: &generator) {
                    item.vector = pool[Int.random(in: 0..<pool.count, using: &generator)].vector
                }
                let wasThere = model.updateValue(item, forKey: item.id) != nil
                let isReplacing = try index.insert(item)
                #expect(isReplacing == wasThere)
            }
            #expect(index.count == model.count)
            #expect(index.view.count == model.count)
            if step % 20 == 0 {
                let query = NeighborQuery(
                    vector: item.vector,
                    weights: parts.map { _ in Float.random(in: 0...2, using: &generator) },
                    k: Int.random(in: 1...30, using: &generator),
                    grouping: Grouping.allCases[step / 20 % 3]
                )
                let expected = naiveAnswer(model.values, parts: parts, query: query)
                #expect(try index.view.search(query).neighbors == expected)
                #expect(try index.view.bruteForce(query).neighbors == expected)
            }
        }
    }

    @Test("a view stays what it was while the index changes")
    func viewsAreConsistent() throws {
        let items = archive(count: 1_000, parts: [8], scatter: .clustered, seed: 3)
        var index = try index(Array(items[..<500]), parts: [8])
        let view = index.view
        let query = NeighborQuery(vector: items[0].vector, weights: [1], k: 500)
        let before = try view.search(query)
        for item in items[500...] { try index.insert(item) }
        for item in items[..<500] { index.remove(item.id) }
        #expect(try view.search(query) == before)
        #expect(view.count == 500)
        #expect(
            try index.view.search(query).neighbors == naiveAnswer(items[500...], parts: [8], query: query)
        )
    }

    @Test("reference points come with the items and go with them")
    func partitionsFollow() throws {
        let items = archive(count: 10_000, parts: [8], scatter: .clustered, seed: 4)
        var index = try index(items, parts: [8])
        // √N, give or take: 2-means divides unevenly.
        #expect((50...200).contains(index.partitionCount), "\(index.partitionCount) reference points")
        for item in items[100...] { index.remove(item.id) }
        #expect(index.count == 100)
        #expect(index.partitionCount <= 60, "\(index.partitionCount) reference points")
        for item in items[..<100] { index.remove(item.id) }
        #expect(index.partitionCount == 0)
        #expect(!index.contains(items[0].id))
        try index.insert(items[0])
        #expect(index.contains(items[0].id))
    }

    @Test("searches on other threads see whole states while items come and go")
    func concurrentSearches() async throws {
        let items = archive(count: 2_000, parts: [16], scatter: .clustered, seed: 5)
        var index = try index(Array(items[..<1_000]), parts: [16])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for (removed, added) in zip(items[..<1_000], items[1_000...]) {
                index.remove(removed.id)
                try index.insert(added)
                let view = index.view
                group.addTask {
                    let query = NeighborQuery(vector: added.vector, weights: [1], k: 3)
                    let answer = try view.search(query)
                    let brute = try view.bruteForce(query)
                    return view.count == 1_000 && answer.neighbors.first?.id == added.id
                        && answer.neighbors == brute.neighbors
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}

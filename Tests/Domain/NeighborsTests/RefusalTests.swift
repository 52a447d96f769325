import Neighbors
import Testing

@Suite struct RefusalTests {
    @Test("a vector that cannot be compared is refused, and the item it would replace stays")
    func refusedItems() throws {
        let items = archive(count: 20, parts: [3, 2], scatter: .uniform, seed: 1)
        var index = try index(items, parts: [3, 2])
        let refused: [([Float], NeighborError)] = [
            ([1, 2, 3, 4], .wrongDimension(expected: 5, found: 4)),
            ([1, 2, 3, 4, 5, 6], .wrongDimension(expected: 5, found: 6)),
            ([1, .nan, 3, 4, 5], .unusableValue(position: 1)),
            ([1, 2, 3, 4, -.infinity], .unusableValue(position: 4)),
            ([2e15, 2, 3, 4, 5], .unusableValue(position: 0)),
        ]
        for (vector, error) in refused {
            var item = items[4]
            item.vector = vector
            #expect(throws: error) { _ = try index.insert(item) }
            #expect(throws: error) {
                try index.view.search(NeighborQuery(vector: vector, weights: [1, 1], k: 1))
            }
            #expect(throws: error) {
                try index.view.bruteForce(NeighborQuery(vector: vector, weights: [1, 1], k: 1))
            }
        }
        let query = NeighborQuery(vector: items[4].vector, weights: [1, 1], k: 20)
        #expect(try index.view.search(query).neighbors == naiveAnswer(items, parts: [3, 2], query: query))
    }

    @Test(
        "weights are one for each part, from 0 up",
        arguments: [
            ([Float](), NeighborError.wrongWeightCount(expected: 2, found: 0)),
            ([1, 1, 1], .wrongWeightCount(expected: 2, found: 3)), ([1, -0.1], .unusableWeight(part: 1)),
            ([.nan, 1], .unusableWeight(part: 0)), ([1, 1_001], .unusableWeight(part: 1)),
        ]
    )
    func refusedWeights(weights: [Float], error: NeighborError) {
        let view = NeighborIndex(parts: [3, 2]).view
        #expect(throws: error) {
            try view.search(NeighborQuery(vector: [1, 2, 3, 4, 5], weights: weights, k: 1))
        }
    }

    @Test("k is from 1 to its limit", arguments: [0, -1, NeighborLimits.kMaximum + 1])
    func refusedK(k: Int) {
        let view = NeighborIndex(parts: [2]).view
        #expect(throws: NeighborError.unusableK(k)) {
            try view.search(NeighborQuery(vector: [1, 2], weights: [1], k: k))
        }
    }

    @Test("the largest usable values and weights give finite distances")
    func largestValues() throws {
        let parts = [NeighborLimits.dimensionMaximum]
        let magnitude = NeighborLimits.magnitudeMaximum
        var index = NeighborIndex(parts: parts)
        for (number, sign) in [Float(1), -1].enumerated() {
            try index.insert(
                NeighborItem(
                    id: identifier(number),
                    series: identifier(0),
                    patient: identifier(0),
                    vector: Array(repeating: sign * magnitude, count: parts[0])
                )
            )
        }
        let query = NeighborQuery(
            vector: Array(repeating: magnitude, count: parts[0]),
            weights: [NeighborLimits.weightMaximum],
            k: 2
        )
        let answer = try index.view.search(query)
        #expect(answer.neighbors.map(\.id) == [identifier(0), identifier(1)])
        #expect(answer.neighbors.allSatisfy { $0.distance.isFinite })
        #expect(answer.neighbors == (try index.view.bruteForce(query).neighbors))
    }
}

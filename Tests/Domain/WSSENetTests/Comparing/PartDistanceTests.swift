import Testing

@testable import WSSENet

@Suite("Distances by parts")
struct PartDistanceTests {
    private let parts = [
        EmbeddingPart(name: "outline", count: 2, weight: 0.25),
        EmbeddingPart(name: "detail", count: 3, weight: 0.75),
    ]

    @Test("squares of each part, and what they make of the whole")
    func shares() {
        let found = PartDistance.between([1, 0, 0, 0, 1], [0, 1, 0, 0, -1], parts: parts)
        #expect(found.map(\.name) == ["outline", "detail"] && found.map(\.weight) == [0.25, 0.75])
        #expect(found.map(\.squared) == [2, 4])
        // 0.5 and 3 of 3.5.
        #expect(abs(found[0].share - 1 / 7) < 1e-6 && abs(found[1].share - 6 / 7) < 1e-6)
    }

    @Test("equal vectors have no distance and no shares")
    func equal() {
        let found = PartDistance.between([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], parts: parts)
        #expect(found.allSatisfy { $0.squared == 0 && $0.share == 0 })
    }

    @Test("of a model, every part counts its own numbers")
    func model() throws {
        let model = try madeUpModel()
        let embedder = try SliceEmbedder(model, threadCount: 1)
        let crops = try [Float(0.1), 0.8].map { try madeUpCrop(level: $0, seed: 3) }
        let found = PartDistance.between(
            embedder.embed(crops[0]),
            embedder.embed(crops[1]),
            parts: model.parts
        )
        #expect(found.map(\.name) == ["outline", "detail", "density"])
        // Unit vectors lie at most 2 apart.
        #expect(found.allSatisfy { $0.squared > 0 && $0.squared <= 4.0001 })
        #expect(abs(found.reduce(0) { $0 + $1.share } - 1) < 1e-5)
    }
}

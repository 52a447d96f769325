import Learning
import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

/// Without real data: made-up lungs, and parameters as they are before a training.
@Suite("Embeddings of slices")
struct SliceEmbedderTests {
    private static func crops(_ count: Int) throws -> [LungCrop] {
        try (0..<count).map { try madeUpCrop(level: Float($0 % 7) / 6, seed: UInt64($0)) }
    }

    @Test("one slice has the same bits whatever was computed beside it, on any thread", arguments: [1, 2, 3])
    func batches(threadCount: Int) throws {
        let crops = try Self.crops(20)
        let model = try madeUpModel()
        let single = try SliceEmbedder(model, threadCount: 1)
        let alone = crops.map { single.embed($0) }
        #expect(Set(alone).count == crops.count)
        let embedder = try SliceEmbedder(model, threadCount: threadCount)
        for count in [0, 1, 3, 8, 20] {
            #expect(embedder.embed(Array(crops[..<count])) == Array(alone[..<count]))
            #expect(embedder.embed(Array(crops[(20 - count)...])) == Array(alone[(20 - count)...]))
        }
        for (crop, vector) in zip(crops, alone) { #expect(embedder.embed(crop) == vector) }
    }

    @Test("several callers at once get the same bits")
    func callers() async throws {
        let crops = try Self.crops(6)
        let embedder = try SliceEmbedder(try madeUpModel(), threadCount: 2)
        let expected = embedder.embed(crops)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for (crop, vector) in zip(crops, expected) { #expect(embedder.embed(crop) == vector) }
                }
            }
        }
    }

    @Test(
        "parts are of unit length, the detail's two shares of it as the weights say",
        arguments: [true, false]
    )
    func parts(hasHistogram: Bool) throws {
        let model = try madeUpModel(hasHistogram: hasHistogram)
        let embedder = try SliceEmbedder(model, threadCount: 1)
        for crop in try Self.crops(3) {
            let vector = embedder.embed(crop)
            var start = 0
            for part in model.parts {
                #expect(abs(length(vector[start..<start + part.count]) - 1) < 1e-5)
                start += part.count
            }
            #expect(start == vector.count && start == model.dimension)
            guard hasHistogram else { continue }
            let own = length(vector[OutlineEncoder.count..<OutlineEncoder.count + DetailEncoder.count])
            let weights = model.card.recipe.weights
            let share = Double(weights.detail / (weights.detail + weights.histogram))
            #expect(abs(own - share.squareRoot()) < 1e-5)
        }
    }

    @Test("with and without histograms differ in the detail's scale only")
    func withoutHistogram() throws {
        let crop = try madeUpCrop(level: 0.3, seed: 1)
        let (whole, bare) = (try madeUpModel(), try madeUpModel(hasHistogram: false))
        let vectors = try [whole, bare].map { try SliceEmbedder($0, threadCount: 1).embed(crop) }
        #expect(vectors[0].prefix(64) == vectors[1].prefix(64))
        #expect(vectors[0].suffix(64) == vectors[1].suffix(64))
        let scaled = vectors[1][64..<160].map { $0 * whole.detailShares.own }
        #expect(Array(vectors[0][64..<160]) == scaled)
    }

    @Test("a flat image and empty masks give numbers", arguments: [Float(0), 0.5])
    func empty(grey: Float) throws {
        let plane = [Float](repeating: grey, count: LungCrop.side * LungCrop.side)
        let none = [Float](repeating: 0, count: plane.count)
        let crop = try #require(LungCrop(image: plane, left: none, right: none))
        #expect(EncodedView(crop).skip.allSatisfy { $0 == 0 })
        let vector = try SliceEmbedder(try madeUpModel(), threadCount: 1).embed(crop)
        #expect(vector.allSatisfy { $0.isFinite })
    }
}

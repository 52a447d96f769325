import Contracts
import Lungs
import PhantomArchive
import Testing
import TrainerCore
import WSSENet
import Wire

/// The model that comes with the trainer.
@Suite("Shipped model")
struct ShippedModelTests {
    @Test(
        "is in use from the first start, once; a training and its promotion take over, a roll-back goes back to it"
    )
    func firstStart() async throws {
        try await TrainingBench.with(shippedModel: true) { bench in
            let fetched = try await bench.trainer.call(FetchModel(fingerprint: nil))
            let known = try await bench.trainer.call(ListModels())
            #expect(known.models.map(\.fingerprint) == [fetched.fingerprint])
            #expect(known.models.first?.state == .promoted && known.models.first?.epochs == 0)
            let nowhere = Identifier(bytes: Array(repeating: 0, count: 16))
            #expect(known.models.first?.dataSetID == nowhere && known.jobIDs == [nowhere])
            try await bench.restartTrainer()
            let promoted = ModelPromoted(fingerprint: fetched.fingerprint, previous: nil)
            #expect(try await bench.events(ModelPromoted.self) == [promoted])

            _ = try await bench.buildDataSet()
            let job = try await bench.train(promote: true)
            let trained = try #require(Fingerprint(hex: job.result))
            #expect(try await bench.trainer.call(FetchModel(fingerprint: nil)).fingerprint == trained)
            try await bench.restartTrainer()
            #expect(try await bench.trainer.call(RollBack()).fingerprint == fetched.fingerprint)
            #expect(try await bench.trainer.call(ListModels()).models.count == 2)
        }
    }

    // Where this fails after a change of the network, the recipe or the file's format: `make model`.
    @Test("can be read by this release, and embeds")
    func readable() async throws {
        try await TrainingBench.with(slices: [], shippedModel: true) { bench in
            let fetched = try await bench.trainer.call(FetchModel(fingerprint: nil))
            let model = try EmbeddingModel(serialized: fetched.bytes)
            #expect(Fingerprint(bytes: model.fingerprint) == fetched.fingerprint)
            #expect(fetched.bytes.count < 2_000_000 && model.card.stages.map(\.stage) == Stage.allCases)
            let slice = Phantoms.slices[5].slice
            let crop = try #require(lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)))
            let vector = try SliceEmbedder(model, threadCount: 1).embed(crop)
            let square = vector.reduce(0) { $0 + $1 * $1 }
            #expect(vector.count == model.dimension && abs(square - Float(model.parts.count)) < 1e-3)
        }
    }

    @Test("is left alone where a setting says so")
    func turnedOff() async throws {
        try await TrainingBench.with(slices: []) { bench in
            await expectRefusal(.notFound) { try await bench.trainer.call(FetchModel(fingerprint: nil)) }
        }
    }
}

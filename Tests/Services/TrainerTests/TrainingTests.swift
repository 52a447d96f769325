import Contracts
import Foundation
import Learning
import Lungs
import PhantomArchive
import TestKit
import Testing
import TrainerCore
import Wire

/// From slices to a model in use.
@Suite("Training")
struct TrainingTests {
    @Test("slices, masks, labels, a training: a promoted model that loads and embeds, and its history")
    func wholeWay() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let job = try await bench.train(promote: true)
            #expect(job.state == .done, "\(job.text)")
            #expect(job.kind == "training")
            let fingerprint = try #require(Fingerprint(hex: job.result))

            let models = try await bench.trainer.call(ListModels()).models
            #expect(models.map(\.fingerprint) == [fingerprint])
            #expect(models.map(\.state) == [.promoted])
            #expect(models.map(\.dataSetID) == [dataSetID])

            let fetched = try await bench.trainer.call(FetchModel(fingerprint: nil))
            #expect(fetched.fingerprint == fingerprint)
            let model = try EmbeddingModel(serialized: fetched.bytes)
            #expect(model.fingerprint == fingerprint.bytes)
            let slice = Phantoms.slices[5].slice
            let crop = try #require(lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)))
            let vector = model.embed(crop)
            #expect(vector.count == model.dimension)
            #expect(vector.contains { $0 != 0 } && vector.allSatisfy(\.isFinite))

            let history = try await bench.trainer.call(RunHistory(jobID: job.id)).epochs
            #expect(history.map(\.epoch) == [1, 2, 3])
            #expect(history.allSatisfy { $0.trainingLoss.isFinite && $0.testLoss.isFinite })
            let progress = try await bench.events(RunProgressed.self)
            #expect(progress.map(\.epoch) == [1, 2, 3])
            #expect(progress.map(\.trainingLoss) == history.map(\.trainingLoss))
            #expect(progress.allSatisfy { $0.jobID == job.id && $0.epochs == 3 })
            let steps = progress.compactMap(\.step)
            let stepsInEpoch = try #require(steps.first)
            #expect(stepsInEpoch > 0 && steps == [1, 2, 3].map { $0 * stepsInEpoch })
            let rates = progress.compactMap(\.rate)
            #expect(rates.count == 3 && rates.allSatisfy { $0 > 0 })
            let promotions = try await bench.events(ModelPromoted.self)
            #expect(promotions == [ModelPromoted(fingerprint: fingerprint, previous: nil)])

            let curve = "\(bench.folder)/trainer/curves/\(fingerprint.description.prefix(16)).jpg"
            #expect(FileManager.default.fileExists(atPath: curve))
        }
    }

    @Test("the same data set, recipe and seed give the same fingerprint; another seed another one")
    func repeatability() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let first = try await bench.train(dataSetID: dataSetID, epochs: 2, seed: 5)
            let again = try await bench.train(dataSetID: dataSetID, epochs: 2, seed: 5)
            let other = try await bench.train(dataSetID: dataSetID, epochs: 2, seed: 6)
            #expect([first, again, other].allSatisfy { $0.state == .done })
            #expect(first.result == again.result)
            #expect(first.result != other.result)
            #expect(try await bench.trainer.call(ListModels()).models.count == 2)
            // Both runs have a history of their own.
            let histories = [
                try await bench.trainer.call(RunHistory(jobID: first.id)).epochs,
                try await bench.trainer.call(RunHistory(jobID: again.id)).epochs,
            ]
            #expect(histories[0].map(\.trainingLoss) == histories[1].map(\.trainingLoss))
        }
    }

    @Test("promotions are a stack: rolling back leads to the model before")
    func rollingBack() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            await Self.expectRefusal(.notFound) { try await bench.trainer.call(FetchModel(fingerprint: nil)) }
            await Self.expectRefusal(.conflict) { try await bench.trainer.call(RollBack()) }
            let jobs = [
                try await bench.train(epochs: 1, seed: 1), try await bench.train(epochs: 1, seed: 2),
            ]
            let prints = try jobs.map { try #require(Fingerprint(hex: $0.result)) }
            await Self.expectRefusal(.notFound) {
                try await bench.trainer.call(Promote(fingerprint: Fingerprint(bytes: Array(0..<32))))
            }
            _ = try await bench.trainer.call(Promote(fingerprint: prints[0]))
            _ = try await bench.trainer.call(Promote(fingerprint: prints[1]))
            // Promoting what is in use changes nothing.
            _ = try await bench.trainer.call(Promote(fingerprint: prints[1]))
            #expect(try await bench.trainer.call(FetchModel(fingerprint: nil)).fingerprint == prints[1])
            #expect(try await bench.trainer.call(RollBack()).fingerprint == prints[0])
            #expect(try await bench.trainer.call(FetchModel(fingerprint: nil)).fingerprint == prints[0])
            await Self.expectRefusal(.conflict) { try await bench.trainer.call(RollBack()) }
            let models = try await bench.trainer.call(ListModels()).models
            #expect(models.map(\.fingerprint) == [prints[1], prints[0]])
            #expect(models.map(\.state) == [.retired, .promoted])
            let promotions = try await bench.events(ModelPromoted.self)
            #expect(
                promotions == [
                    ModelPromoted(fingerprint: prints[0], previous: nil),
                    ModelPromoted(fingerprint: prints[1], previous: prints[0]),
                    ModelPromoted(fingerprint: prints[0], previous: prints[1]),
                ]
            )
        }
    }

    @Test("a training is cancelled between two batches and leaves no model")
    func cancelling() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            let request = StartTraining(dataSetID: nil, epochs: 1_000, seed: 3, promote: true)
            let jobID = try await bench.trainer.call(request).jobID
            let hasBegun = try await eventually(within: .seconds(60), every: .milliseconds(20)) {
                try await !bench.trainer.call(RunHistory(jobID: jobID)).epochs.isEmpty
            }
            #expect(hasBegun)
            let text = try await bench.trainer.call(JobStatus(jobID: jobID)).job.text
            let form = #/epoch \d+ of 1000, step \d+, rate [\d.e-]+, loss [\d.]+, test [\d.]+, \d+ s left/#
            #expect(text.wholeMatch(of: form) != nil, "\(text)")
            let start = ContinuousClock.now
            _ = try await bench.trainer.call(CancelJob(jobID: jobID))
            let job = try await TrainingBench.ended(jobID, at: bench.trainer)
            #expect(job.state == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(try await bench.trainer.call(ListModels()).models.isEmpty)
            #expect(try await bench.events(ModelPromoted.self).isEmpty)
        }
    }

    @Test("a training that a restart interrupts begins anew and makes the same model")
    func restarting() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let request = StartTraining(dataSetID: dataSetID, epochs: 25, seed: 9, promote: false)
            let jobID = try await bench.trainer.call(request).jobID
            let hasBegun = try await eventually(within: .seconds(60), every: .milliseconds(5)) {
                try await !bench.trainer.call(RunHistory(jobID: jobID)).epochs.isEmpty
            }
            #expect(hasBegun)
            try await bench.restartTrainer()
            let job = try await TrainingBench.ended(jobID, at: bench.trainer)
            #expect(job.state == .done, "\(job.text)")
            let whole = try await bench.train(dataSetID: dataSetID, epochs: 25, seed: 9)
            #expect(job.result == whole.result)
            let histories = [
                try await bench.trainer.call(RunHistory(jobID: jobID)).epochs,
                try await bench.trainer.call(RunHistory(jobID: whole.id)).epochs,
            ]
            #expect(histories[0].map(\.epoch) == Array(1...UInt32(histories[0].count)))
            #expect(histories[0].map(\.testLoss) == histories[1].map(\.testLoss))
        }
    }

    @Test("a slice removed after labeling is left out, not a failure")
    func removedSlice() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            try await bench.archive.remove(Phantoms.slices[4])
            let job = try await bench.train(epochs: 1)
            #expect(job.state == .done, "\(job.text)")
        }
    }

    @Test("without a data set, with an unknown one or with numbers out of range a training is refused")
    func refusals() async throws {
        try await TrainingBench.with(slices: []) { bench in
            func start(_ id: Identifier?, _ epochs: UInt32) async throws -> StartTraining.Reply {
                let request = StartTraining(dataSetID: id, epochs: epochs, seed: 0, promote: false)
                return try await bench.trainer.call(request)
            }
            await Self.expectRefusal(.notFound) { try await start(nil, 0) }
            await Self.expectRefusal(.notFound) { try await start(.random(), 0) }
            await Self.expectRefusal(.badArgument) { try await start(nil, 1_000_000) }
            await Self.expectRefusal(.notFound) {
                try await bench.trainer.call(RunHistory(jobID: .random()))
            }
        }
    }

    private static func expectRefusal<Reply>(
        _ code: RefusalCode,
        _ call: () async throws -> Reply
    ) async {
        do {
            _ = try await call()
            Issue.record("was not refused")
        } catch {
            #expect((error as? Refusal)?.code == code)
        }
    }
}

import Contracts
import Foundation
import Lungs
import PhantomArchive
import TestKit
import Testing
import TrainerCore
import WSSENet
import Wire

/// From slices to a model in use.
@Suite("Training")
struct TrainingTests {
    @Test("slices, masks, labels, a training: a promoted model that loads and embeds")
    func wholeWay() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let job = try await bench.train(promote: true)
            #expect(job.state == .done, "\(job.text)")
            #expect(job.kind == "training")
            let fingerprint = try #require(Fingerprint(hex: job.result))

            let known = try await bench.trainer.call(ListModels())
            #expect(known.models.map(\.fingerprint) == [fingerprint] && known.jobIDs == [job.id])
            let row = try #require(known.models.first)
            #expect(row.state == .promoted && row.dataSetID == dataSetID && row.epochs == 7)

            let fetched = try await bench.trainer.call(FetchModel(fingerprint: nil))
            #expect(fetched.fingerprint == fingerprint)
            let model = try EmbeddingModel(serialized: fetched.bytes)
            #expect(model.fingerprint == fingerprint.bytes)
            // The losses of the row are those of the detail that the model has.
            let detail = try #require(model.card.stages.first { $0.stage == .detail })
            #expect(row.trainingLoss == detail.trainingLoss && row.testLoss == detail.testLoss)
            let slice = Phantoms.slices[5].slice
            let crop = try #require(lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)))
            let vector = try SliceEmbedder(model, threadCount: 1).embed(crop)
            #expect(vector.count == model.dimension)
            #expect(vector.contains { $0 != 0 } && vector.allSatisfy(\.isFinite))

            let promotions = try await bench.events(ModelPromoted.self)
            #expect(promotions == [ModelPromoted(fingerprint: fingerprint, previous: nil)])
            let curve = "\(bench.folder)/trainer/curves/\(fingerprint.description.prefix(16)).jpg"
            #expect(try fileBytes(curve).prefix(2) == [0xFF, 0xD8])
        }
    }

    @Test("a run is recorded: recipe, seed, data set, and each epoch with its stage, in history and events")
    func history() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            let hash = try await bench.labeler.call(ListDataSets()).dataSets.first?.hash
            let job = try await bench.train(seed: 77)
            #expect(job.state == .done, "\(job.text)")
            let history = try await bench.trainer.call(RunHistory(jobID: job.id))
            #expect(history.epochs.map(\.epoch) == [1, 2, 1, 2, 3, 1, 2])
            let stages = ["outline", "outline", "detail", "detail", "detail", "density", "density"]
            #expect(history.stages == stages)
            // Only the second half of a stage can be kept, and its first epoch there is the best so far.
            #expect(history.best?.prefix(2) == [false, true])
            #expect(history.epochs.allSatisfy { $0.trainingLoss.isFinite && $0.testLoss > 0 })
            let seconds = history.epochs.map(\.secondsElapsed)
            #expect(seconds == seconds.sorted() && seconds[0] > 0)
            #expect(history.dataSetHash == hash)
            let recipe = try WSSENetRecipe(WSSENetRecipe(), changedBy: try #require(history.recipe))
            #expect(recipe.seed == 77 && recipe.detailSteps == 12 && recipe.batchSlices == 8)
            let model = try EmbeddingModel(
                serialized: try await bench.trainer.call(
                    FetchModel(fingerprint: Fingerprint(hex: job.result))
                ).bytes
            )
            #expect(model.card.recipe == recipe && model.card.dataSetHash == hash?.description)

            let progress = try await bench.events(RunProgressed.self)
            #expect(progress.map(\.epoch) == history.epochs.map(\.epoch))
            #expect(progress.map(\.stage) == stages)
            #expect(progress.map(\.trainingLoss) == history.epochs.map(\.trainingLoss))
            #expect(progress.map(\.testLoss) == history.epochs.map(\.testLoss))
            #expect(progress.map(\.epochs) == [2, 2, 3, 3, 3, 2, 2])
            #expect(progress.allSatisfy { $0.jobID == job.id && ($0.rate ?? 0) > 0 })
            // Steps of the whole training, whatever the stage.
            #expect(progress.map(\.step) == [4, 8, 12, 16, 20, 24, 28])
            #expect(progress.last?.secondsLeft == 0)
        }
    }

    @Test("the same data set, recipe and seed give the same fingerprint; another seed another one")
    func repeatability() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let first = try await bench.train(dataSetID: dataSetID, seed: 5)
            let again = try await bench.train(dataSetID: dataSetID, seed: 5)
            let other = try await bench.train(dataSetID: dataSetID, seed: 6)
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

    @Test("a training is cancelled between two steps and leaves no model")
    func cancelling() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            let recipe = #"{"outlineSteps": 100000, "batchSlices": 8, "patience": 1000}"#
            let request = StartTraining(dataSetID: nil, seed: 3, promote: true, recipe: recipe)
            let jobID = try await bench.trainer.call(request).jobID
            let hasBegun = try await eventually(within: .seconds(60), every: .milliseconds(20)) {
                try await !bench.trainer.call(RunHistory(jobID: jobID)).epochs.isEmpty
            }
            #expect(hasBegun)
            let text = try await bench.trainer.call(JobStatus(jobID: jobID)).job.text
            let parts = text.split(separator: ", ").map(String.init)
            let forms = [
                #/outline: epoch \d+ of 25000/#, #/step \d+ of 100000/#, #/rate [\d.e-]+/#, #/loss [\d.]+/#,
                #/test [\d.]+/#, #/\d+ s left/#,
            ]
            #expect(parts.count == forms.count, "\(text)")
            for (part, form) in zip(parts, forms) { #expect(part.wholeMatch(of: form) != nil, "\(text)") }
            let start = ContinuousClock.now
            _ = try await bench.trainer.call(CancelJob(jobID: jobID))
            let job = try await TrainingBench.ended(jobID, at: bench.trainer)
            #expect(job.state == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(try await bench.trainer.call(ListModels()).models.isEmpty)
            #expect(try await bench.events(ModelPromoted.self).isEmpty)
        }
    }

    @Test("a slice removed after labeling is left out, not a failure")
    func removedSlice() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            try await bench.archive.remove(Phantoms.slices[4])
            let job = try await bench.train()
            #expect(job.state == .done, "\(job.text)")
        }
    }
}

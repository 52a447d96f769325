import Contracts
import PhantomArchive
import TestKit
import Testing
import TrainerCore
import Wire

/// A training that is interrupted goes on where it was, and comes to the same.
@Suite("Interrupted trainings")
struct ResumeTests {
    /// Enough epochs of detail to be interrupted in the middle of them.
    private static let recipe = """
        {"outlineSteps": 8, "detailSteps": 40, "densitySteps": 8, "batchSlices": 8, "patience": 1000}
        """

    /// Starts a training and waits until its detail stage is well under way.
    private static func startedInDetail(_ bench: TrainingBench, _ dataSetID: Identifier) async throws
        -> Identifier
    {
        let request = StartTraining(dataSetID: dataSetID, seed: 9, promote: false, recipe: Self.recipe)
        let jobID = try await bench.trainer.call(request).jobID
        let isInDetail = try await eventually(within: .seconds(60), every: .milliseconds(5)) {
            let stages = try await bench.trainer.call(RunHistory(jobID: jobID)).stages ?? []
            return stages.count { $0 == "detail" } >= 2
        }
        #expect(isInDetail)
        return jobID
    }

    @Test("a restart in the middle of a stage: the same losses, epoch by epoch, and the same model")
    func restarting() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let jobID = try await Self.startedInDetail(bench, dataSetID)
            try await bench.restartTrainer()
            let before = try await bench.trainer.call(RunHistory(jobID: jobID))
            #expect(before.stages?.contains("density") == false, "it was not interrupted in time")
            let job = try await TrainingBench.ended(jobID, at: bench.trainer)
            #expect(job.state == .done, "\(job.text)")
            let whole = try await bench.train(dataSetID: dataSetID, recipe: Self.recipe, seed: 9)
            #expect(job.result == whole.result)

            let resumed = try await bench.trainer.call(RunHistory(jobID: jobID))
            let expected = try await bench.trainer.call(RunHistory(jobID: whole.id))
            #expect(resumed.epochs.count == 14 && resumed.stages == expected.stages)
            #expect(resumed.epochs.map(\.trainingLoss) == expected.epochs.map(\.trainingLoss))
            #expect(resumed.epochs.map(\.testLoss) == expected.epochs.map(\.testLoss))
            #expect(resumed.best == expected.best)
            // Nothing was done twice: what was committed before the restart is as it was.
            #expect(Array(resumed.epochs.prefix(before.epochs.count)) == before.epochs)
            let progress = try await bench.events(RunProgressed.self).filter { $0.jobID == jobID }
            #expect(progress.map(\.trainingLoss) == expected.epochs.map(\.trainingLoss))
            #expect(progress.map(\.step) == (1...14).map { UInt32(4 * $0) })
        }
    }

    @Test("where a slice was removed meanwhile the training begins anew with those that are left")
    func otherSlices() async throws {
        try await TrainingBench.with { bench in
            let dataSetID = try await bench.buildDataSet()
            let jobID = try await Self.startedInDetail(bench, dataSetID)
            await bench.stopTrainer()
            try await bench.archive.remove(Phantoms.slices[4])
            try await bench.startTrainer()
            let job = try await TrainingBench.ended(jobID, at: bench.trainer)
            #expect(job.state == .done, "\(job.text)")
            let whole = try await bench.train(dataSetID: dataSetID, recipe: Self.recipe, seed: 9)
            #expect(job.result == whole.result)
            let histories = [
                try await bench.trainer.call(RunHistory(jobID: jobID)).epochs,
                try await bench.trainer.call(RunHistory(jobID: whole.id)).epochs,
            ]
            #expect(histories[0].map(\.trainingLoss) == histories[1].map(\.trainingLoss))
        }
    }
}

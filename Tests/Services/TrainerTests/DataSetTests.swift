import Contracts
import PhantomArchive
import Testing
import TrainerCore
import WSSENet
import Wire

/// What a training makes of data sets that are not as usual.
@Suite("Data sets")
struct DataSetTests {
    private static let testPatient = Phantoms.slices.last?.metadata.patientID

    @Test("a patient on both sides is refused: a model would be judged by what it has seen")
    func leak() async throws {
        // The last patient tests, but for one of its slices.
        let labeler = LabelerStandIn.definition { phantom in
            phantom.metadata.patientID == Self.testPatient
                && phantom.metadata.sliceID != Phantoms.slices.last?.metadata.sliceID
        }
        try await TrainingBench.with(labeler: labeler) { bench in
            let job = try await bench.train(promote: true)
            #expect(job.state == .failed)
            #expect(job.text.contains("1 patients have slices on the training side and on the test side"))
            #expect(try await bench.trainer.call(ListModels()).models.isEmpty)
            #expect(try await bench.events(ModelPromoted.self).isEmpty)
        }
    }

    @Test("without densities, as in older data sets, their labels count nothing")
    func noDensities() async throws {
        let recipe = """
            {"outlineSteps": 4, "detailSteps": 4, "densitySteps": 4, "batchSlices": 8, "densityLabelWeight": 0.5}
            """
        for (densities, weight) in [(true, Float(0.5)), (false, 0)] {
            let labeler = LabelerStandIn.definition(densities: densities) {
                $0.metadata.patientID == Self.testPatient
            }
            try await TrainingBench.with(labeler: labeler) { bench in
                let job = try await bench.train(recipe: recipe)
                #expect(job.state == .done, "\(job.text)")
                let text = try await bench.trainer.call(RunHistory(jobID: job.id)).recipe
                let known = try WSSENetRecipe(WSSENetRecipe(), changedBy: try #require(text))
                #expect(known.densityLabelWeight == weight)
            }
        }
    }

    @Test("without a test side there is no test loss, and the last weights are kept")
    func noTestSide() async throws {
        try await TrainingBench.with(labeler: LabelerStandIn.definition { _ in false }) { bench in
            let job = try await bench.train()
            #expect(job.state == .done, "\(job.text)")
            let history = try await bench.trainer.call(RunHistory(jobID: job.id))
            #expect(history.epochs.allSatisfy { $0.testLoss == -1 } && history.best?.contains(true) == false)
            let row = try await bench.trainer.call(ListModels()).models.first
            #expect(row?.testLoss == -1 && (row?.trainingLoss ?? -1) > 0)
        }
    }

    @Test("too few slices are refused with their number")
    func tooFew() async throws {
        let labeler = LabelerStandIn.definition { phantom in
            phantom.metadata.patientID != Phantoms.slices.first?.metadata.patientID
        }
        try await TrainingBench.with(slices: Array(Phantoms.slices[5...]), labeler: labeler) { bench in
            let job = try await bench.train()
            #expect(job.state == .failed)
            #expect(job.text.contains("5 slices to learn from, at least 8 are needed"))
        }
    }
}

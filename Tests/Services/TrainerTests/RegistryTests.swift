import Contracts
import PhantomArchive
import TestKit
import Testing
import TrainerCore
import Wire

/// Which models there are, which is in use, and what is no training.
@Suite("Models and refusals")
struct RegistryTests {
    @Test("promotions are a stack: rolling back leads to the model before")
    func rollingBack() async throws {
        try await TrainingBench.with { bench in
            _ = try await bench.buildDataSet()
            await expectRefusal(.notFound) { try await bench.trainer.call(FetchModel(fingerprint: nil)) }
            await expectRefusal(.conflict) { try await bench.trainer.call(RollBack()) }
            let recipe = #"{"outlineSteps": 0, "detailSteps": 0, "densitySteps": 0}"#
            let jobs = [
                try await bench.train(recipe: recipe, seed: 1),
                try await bench.train(recipe: recipe, seed: 2),
            ]
            let prints = try jobs.map { try #require(Fingerprint(hex: $0.result)) }
            await expectRefusal(.notFound) {
                try await bench.trainer.call(Promote(fingerprint: Fingerprint(bytes: Array(0..<32))))
            }
            _ = try await bench.trainer.call(Promote(fingerprint: prints[0]))
            _ = try await bench.trainer.call(Promote(fingerprint: prints[1]))
            // Promoting what is in use changes nothing.
            _ = try await bench.trainer.call(Promote(fingerprint: prints[1]))
            #expect(try await bench.trainer.call(FetchModel(fingerprint: nil)).fingerprint == prints[1])
            #expect(try await bench.trainer.call(RollBack()).fingerprint == prints[0])
            #expect(try await bench.trainer.call(FetchModel(fingerprint: nil)).fingerprint == prints[0])
            await expectRefusal(.conflict) { try await bench.trainer.call(RollBack()) }
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

    @Test("without a data set, or with an unknown one, a training is refused")
    func refusals() async throws {
        try await TrainingBench.with(slices: []) { bench in
            func start(_ id: Identifier?, epochs: UInt32 = 0) async throws -> StartTraining.Reply {
                let request = StartTraining(dataSetID: id, epochs: epochs, seed: 0, promote: false)
                return try await bench.trainer.call(request)
            }
            await expectRefusal(.notFound) { try await start(nil) }
            await expectRefusal(.notFound) { try await start(.random()) }
            // From a caller of before: it would train something else than was asked for.
            await expectRefusal(.badArgument, "epochs are no longer counted") {
                try await start(nil, epochs: 60)
            }
            await expectRefusal(.notFound) { try await bench.trainer.call(RunHistory(jobID: .random())) }
        }
    }

    @Test(
        "G-18: what is no recipe is refused with what is wrong, and nothing is trained",
        arguments: [
            ("{", "no JSON object"), ("[1]", "no JSON object"), ("3", "no JSON object"),
            (#"{"epochs": 3}"#, "there is no epochs"),
            (#"{"weights": {"liver": 1}}"#, "there is no weights.liver"),
            (#"{"detailSteps": 0.5}"#, "detailSteps is of another kind"),
            (#"{"usesBfloat16": 1}"#, "usesBfloat16 is of another kind"),
            (#"{"detailSteps": 100001}"#, "detailSteps 100001 is not within"),
            (#"{"rate": -1}"#, "rate -1.0 is not within"),
            (#"{"weights": {"outline": 0.9}}"#, "weights are not shares of 1"),
        ]
    )
    func badRecipes(recipe: String, reason: String) async throws {
        try await TrainingBench.with(slices: []) { bench in
            let request = StartTraining(dataSetID: nil, seed: 0, promote: false, recipe: recipe)
            await expectRefusal(.badArgument, reason) { try await bench.trainer.call(request) }
            let jobs = try await bench.trainer.call(ListJobs(limit: 10)).jobs
            #expect(jobs.isEmpty)
        }
    }
}

/// Expects a call to be refused, with some words in the text.
func expectRefusal<Reply>(
    _ code: RefusalCode,
    _ text: String = "",
    _ call: () async throws -> Reply
) async {
    do {
        _ = try await call()
        Issue.record("was not refused")
    } catch {
        let refusal = error as? Refusal
        #expect(refusal?.code == code && (text.isEmpty || refusal?.text.contains(text) == true), "\(error)")
    }
}

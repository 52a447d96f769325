import Contracts
import LineProtocol
import Synchronization
import Testing
import Wire

@testable import GatewayCore

@Suite("Commands about models", .timeLimit(.minutes(2)))
struct ModelCommandTests {
    @Test("TRAIN passes on recipe, seed and data set as they are")
    func training() async throws {
        try await GatewayBench.run { bench in
            let recipe = #"{"detailSteps": 500, "weights": {"outline": 0.2}}"#
            let dataSet = MadeModels.dataSet.description
            let job = try await bench.ask(
                "TRAIN",
                "RECIPE",
                recipe,
                "SEED",
                "9",
                "DATASET",
                dataSet,
                "KEEP"
            )
            #expect(job.text == MadeModels.job.description)
            #expect(try await bench.ask("TRAIN").text == MadeModels.job.description)
            let orders = bench.archive.state.withLock(\.trainings)
            #expect(
                orders == [
                    StartTraining(dataSetID: MadeModels.dataSet, seed: 9, promote: false, recipe: recipe),
                    StartTraining(dataSetID: nil, seed: 0, promote: true),
                ]
            )
        }
    }

    @Test("G-18: what the trainer calls no recipe is BADARG with its reason")
    func badRecipe() async throws {
        try await GatewayBench.run { bench in
            let reply = try await bench.ask("TRAIN", "RECIPE", #"{"epochs": 3}"#)
            #expect(reply.code == .badArgument && reply.failureText.contains("there is no epochs"))
            for words in [["TRAIN", "EPOCHS", "4"], ["TRAIN", "SEED", "-1"], ["TRAIN", "RECIPE"]] {
                #expect(try await bench.ask(words.map { Array($0.utf8) }).code == .badArgument, "\(words)")
            }
        }
    }

    @Test(
        "MODELS says of each what it was made of; what came with the program has no training and no data set"
    )
    func models() async throws {
        try await GatewayBench.run { bench in
            let rows = try await bench.ask("MODELS").elements
            #expect(
                rows.map { $0["model"]?.text } == [fingerprint(2).description, fingerprint(3).description]
            )
            #expect(rows.map { $0["state"]?.text } == ["promoted", "retired"])
            #expect(rows.map { $0["dataset"]?.text } == [MadeModels.dataSet.description, nil])
            #expect(rows.map { $0["job"]?.text } == [MadeModels.job.description, nil])
            #expect(rows.map { $0["training"]?.text } == ["0.5", "0.75"])
            #expect(rows.map { $0["test"]?.text } == ["0.25", nil])
            #expect(rows.map { $0["epochs"]?.number } == [3, 0])
            #expect(rows[0]["time"]?.number == 1_800_000_000_000)
        }
    }

    @Test("RUN has a row an epoch with its stage")
    func history() async throws {
        try await GatewayBench.run { bench in
            let rows = try await bench.ask("RUN", MadeModels.job.description).elements
            #expect(rows.map { $0["stage"]?.text } == ["outline", "outline", "detail"])
            #expect(rows.map { $0["epoch"]?.number } == [1, 2, 1])
            #expect(rows.map { $0["best"]?.number } == [0, 1, 0])
            #expect(rows.map { $0["test"]?.text } == ["0.75", "0.5", nil])
            #expect(rows.map { $0["seconds"]?.text } == ["2.0", "4.0", "7.0"])
            let other = try await bench.ask("RUN", MadeModels.dataSet.description)
            #expect(other.code == .notFound)
        }
    }
}

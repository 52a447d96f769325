import LineProtocol
import TestKit
import Testing

@testable import CarinaCore

/// `kill -9` of the trainer in the middle of a training costs no more than the epoch that was under way.
@Suite("A training that is killed", .serialized)
struct TrainingCrashTests {
    private static let recipe = """
        {"outlineSteps": 8, "detailSteps": 40, "densitySteps": 8, "batchSlices": 8, "patience": 1000}
        """

    @Test("goes on after its last epoch, with the same losses and to the same model", .timeLimit(.minutes(6)))
    func killTrainer() async throws {
        try await TestDeployment.run { deployment in
            let folder = deployment.local.folder
            _ = try Phantoms.write(patients: 1..<5, slices: 10, to: folder)
            _ = try await deployment.ingest(["\(folder)/ct"])
            var client = try await deployment.connect()
            let labeling = try await client.send("LABEL", "SEED", "1", "SOURCE", "unwarped").text ?? ""
            let dataSet = try await Self.ended(labeling, of: "labeler", client)
            let order = ["TRAIN", "DATASET", dataSet, "SEED", "3", "RECIPE", Self.recipe, "KEEP"]

            let job = try await client.send(order.map { Array($0.utf8) }).text ?? ""
            let isInDetail = try await eventually(within: .seconds(90), every: .milliseconds(20)) {
                try await EpochRow.all(of: job, client).count { $0.stage == "detail" } >= 3
            }
            #expect(isInDetail)
            await client.close()
            try await deployment.killAndRestart("trainer")
            client = try await deployment.connect()
            let before = try await EpochRow.all(of: job, client)
            #expect(!before.contains { $0.stage == "density" }, "it was not killed in time")
            let model = try await Self.ended(job, of: "trainer", client)

            let twin = try await client.send(order.map { Array($0.utf8) }).text ?? ""
            #expect(try await Self.ended(twin, of: "trainer", client) == model)
            let (resumed, whole) = (
                try await EpochRow.all(of: job, client), try await EpochRow.all(of: twin, client)
            )
            #expect(resumed.map(\.stage) == whole.map(\.stage) && resumed.count > before.count)
            #expect(resumed.map(\.trainingLoss) == whole.map(\.trainingLoss))
            #expect(resumed.map(\.testLoss) == whole.map(\.testLoss))
            #expect(Array(resumed.prefix(before.count)) == before)
            await client.close()
        }
    }

    private static func ended(_ job: String, of service: String, _ client: LineClient) async throws -> String
    {
        let watch = JobWatch(client: client, progress: ProgressBar(isSilent: true))
        return try await watch.wait(for: job, of: service, title: service, summary: { _ in "" })
    }
}

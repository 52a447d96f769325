import Contracts
import ServiceKit
import Synchronization
import Wire

/// What the trainer that stands in knows: a model that came with it, one that was trained, and how that went.
enum MadeModels {
    static let job = Sample.identifier(6, 1)
    static let dataSet = Sample.identifier(6, 2)
    private static let nowhere = Identifier(bytes: Array(repeating: 0, count: 16))

    static let models = [
        ModelSummary(
            fingerprint: fingerprint(2),
            state: .promoted,
            dataSetID: dataSet,
            timeMilliseconds: 1_800_000_000_000,
            trainingLoss: 0.5,
            testLoss: 0.25,
            epochs: 3
        ),
        ModelSummary(
            fingerprint: fingerprint(3),
            state: .retired,
            dataSetID: nowhere,
            timeMilliseconds: 1_700_000_000_000,
            trainingLoss: 0.75,
            testLoss: -1,
            epochs: 0
        ),
    ]

    static func serve(on host: ServiceHost, archive: Archive) {
        host.onChanging(StartTraining.self) { request, _, _ in
            archive.state.withLock { $0.trainings.append(request) }
            if let recipe = request.recipe, !recipe.contains("detailSteps") {
                throw Refusal(.badArgument, "training recipe: there is no epochs")
            }
            return StartTraining.Reply(jobID: Self.job)
        }
        host.on(ListModels.self) { _, _ in .init(models: Self.models, jobIDs: [Self.job, Self.nowhere]) }
        host.on(RunHistory.self) { request, _ in
            guard request.jobID == Self.job else { throw Refusal(.notFound, "no training has this job id") }
            func record(_ epoch: UInt32, _ test: Float, _ seconds: Double) -> EpochRecord {
                EpochRecord(epoch: epoch, trainingLoss: 0.5, testLoss: test, secondsElapsed: seconds)
            }
            return .init(
                epochs: [record(1, 0.75, 2), record(2, 0.5, 4), record(1, -1, 7)],
                stages: ["outline", "outline", "detail"],
                best: [false, true, false]
            )
        }
    }
}

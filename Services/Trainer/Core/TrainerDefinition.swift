import Contracts
import Learning
import Logging
package import ServiceKit
import Storage
import Wire

/// Keys of the trainer, with defaults and ranges; `trainer --help` lists them.
enum TrainerSettings {
    static let seed = Setting.integer(
        "seed",
        default: 1,
        in: 1...Int.max,
        help: "seed of all that is random when neither a request nor its recipe names one"
    )
    static let threads = Setting.integer(
        "threads",
        default: 2,
        in: 1...64,
        help: "threads that a training computes with; another number gives a model of other bits"
    )
    static let readingWorkers = Setting.integer(
        "reading-workers",
        default: 2,
        in: 1...64,
        help: "slices fetched and segmented at the same time before a training"
    )
    static let peerPatience = Setting.seconds(
        "peer-patience",
        default: .seconds(60),
        in: .seconds(1) ... .seconds(3_600),
        help: "how long a training waits for ingest or the labeler to answer before it fails"
    )
    static let shippedModel = Setting.flag(
        "shipped-model",
        default: true,
        help:
            "whether a new trainer takes the model that came with it into use, so that searches work before a training"
    )

    static let all: [any DeclaredSetting] = [seed, threads, readingWorkers, peerPatience, shippedModel]
}

/// The trainer as a process: what it stores, does and answers.
package enum TrainerDefinition {
    /// The service, ready to run.
    package static let definition = ServiceDefinition(
        name: "trainer",
        number: .trainer,
        summary: "trains embedding models on labeled pairs, keeps every model, and says which one is in use",
        ports: ServicePorts(requests: 7421, events: 7422, health: 7429),
        peers: [.ingest, .labeler],
        settings: TrainerSettings.all,
        migrations: TrainerStore.migrations
    ) { host in
        let patience = host.settings[TrainerSettings.peerPatience]
        let service = TrainerService(
            database: host.database,
            events: host.events,
            labeler: try host.client(of: .labeler),
            clock: host.clock,
            seed: UInt64(host.settings[TrainerSettings.seed])
        )
        let metrics = TrainerMetrics(host.metrics)
        let training = TrainingJob(
            service: service,
            reader: TrainingReader(
                ingest: try host.client(of: .ingest),
                labeler: try host.client(of: .labeler),
                workers: host.settings[TrainerSettings.readingWorkers],
                patience: patience,
                metrics: metrics
            ),
            metrics: metrics,
            logger: host.logger,
            curvesFolder: "\(host.dataFolder)/curves",
            threadCount: host.settings[TrainerSettings.threads]
        )
        host.jobs.handle(TrainingJob.kind, onRestart: .again) { try await training.run($0) }
        TrainerRouter.register(service, on: host)
        if host.settings[TrainerSettings.shippedModel] {
            try await Self.takeShippedModel(service, host.logger)
        }
        host.describeState { await Self.state(of: service) }
    }

    /// A model that this release cannot read is no reason not to start: trainings make others.
    private static func takeShippedModel(_ service: TrainerService, _ logger: Logger) async throws {
        do {
            guard let model = try await service.takeShippedModel() else { return }
            logger.info("the model that came with the program is in use", metadata: ["model": "\(model)"])
        } catch let error as ModelFileError {
            logger.error(
                "the model that came with the program cannot be read",
                metadata: ["reason": "\(error)"]
            )
        }
    }

    private static func state(of service: TrainerService) async -> [(key: String, value: String)] {
        let known = try? await service.database.read { transaction in
            (
                try TrainerStore.modelCount(in: transaction), try TrainerStore.promoted(in: transaction),
                try TrainerStore.runCount(in: transaction)
            )
        }
        guard let (models, promoted, runs) = known else { return [] }
        return [
            (key: "models", value: "\(models)"),
            (key: "promoted", value: promoted?.description ?? "none"),
            (key: "trainings", value: "\(runs)"),
        ]
    }
}

import Contracts
package import ServiceKit
import Storage
import Wire

/// Keys of the trainer, with defaults and ranges; `trainer --help` lists them.
enum TrainerSettings {
    static let epochs = Setting.integer(
        "epochs",
        default: 60,
        in: 1...1_000,
        help: "passes over the training slices when a request leaves it open"
    )
    static let seed = Setting.integer(
        "seed",
        default: 1,
        in: 1...Int.max,
        help: "seed of weights, views and batches when a request leaves it open"
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

    static let all: [any DeclaredSetting] = [epochs, seed, readingWorkers, peerPatience]
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
            epochs: host.settings[TrainerSettings.epochs],
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
            curvesFolder: "\(host.dataFolder)/curves"
        )
        host.jobs.handle(TrainingJob.kind, onRestart: .again) { try await training.run($0) }
        TrainerRouter.register(service, on: host)
        host.describeState { await Self.state(of: service) }
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

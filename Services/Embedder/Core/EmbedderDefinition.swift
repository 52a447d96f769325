import Contracts
package import ServiceKit
import Storage
import Wire

/// The embedder as a process: what it follows, does, stores and answers.
package enum EmbedderDefinition {
    /// The service, ready to run.
    package static let definition = ServiceDefinition(
        name: "embedder",
        number: .embedder,
        summary: "turns slices into vectors, once for each model, and keeps the log of all embeddings",
        ports: ServicePorts(requests: 7431, events: 7432, health: 7439),
        peers: [.ingest, .trainer],
        settings: [Self.embeddingWorkers],
        migrations: EmbedderStore.migrations
    ) { host in
        let service = EmbedderService(
            database: host.database,
            events: host.events,
            ingest: try host.client(of: .ingest),
            trainer: try host.client(of: .trainer),
            metrics: EmbedderMetrics(host.metrics),
            shelf: ModelShelf(threadCount: host.settings[Self.embeddingWorkers])
        )
        try Self.follow(service, on: host)
        host.work(on: EmbedderStore.models, workers: 1) { try await service.startGeneration($0) }
        host.work(
            on: EmbedderStore.slices,
            workers: host.settings[Self.embeddingWorkers],
            batch: EmbedderService.batch
        ) {
            try await service.embed($0)
        }
        host.background("complete generations") {
            while true {
                try await service.completeGenerations()
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        EmbedderRouter.register(service, on: host)
        host.describeState { await Self.state(of: service) }
    }

    static let embeddingWorkers = Setting.integer(
        "embedding-workers",
        default: 2,
        in: 1...64,
        help: "Slices embedded at the same time."
    )

    private static func follow(_ service: EmbedderService, on host: ServiceHost) throws {
        try host.follow(.ingest, onReplaced: { try service.archiveReplaced(in: $0) }) { transaction, event in
            switch event.kind {
            case SliceStored.kind:
                try service.sliceStored(try event.decode(SliceStored.self).slice, in: transaction)
            case SliceRemoved.kind:
                try service.sliceRemoved(try event.decode(SliceRemoved.self).sliceID, in: transaction)
            default: break  // Events that we do not know, or need not know.
            }
            try EmbedderStore.setPlace(event.seq, in: transaction)
        }
        try host.follow(.trainer) { transaction, event in
            guard event.kind == ModelPromoted.kind else { return }
            try service.modelPromoted(try event.decode(ModelPromoted.self).fingerprint, in: transaction)
        }
    }

    private static func state(of service: EmbedderService) async -> [(key: String, value: String)] {
        guard let reply = try? await service.generations() else { return [] }
        var lines: [(key: String, value: String)] = [
            (key: "time", value: service.metrics.stages.shares),
            (key: "serving", value: reply.serving?.description ?? "none"),
            (key: "building", value: reply.building?.description ?? "none"),
        ]
        for generation in reply.generations {
            let name = generation.fingerprint.description.prefix(12)
            lines.append((key: "generation \(name)", value: "\(generation.count) of \(generation.total)"))
        }
        return lines
    }
}

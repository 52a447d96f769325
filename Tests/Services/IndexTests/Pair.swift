import Contracts
import IndexCore
import Messaging
import ServiceKit
import Storage
import TestKit
import Wire

/// An embedder that only has a log, and an index that follows it, over messages in memory.
struct Pair {
    let transport = MemoryTransport()
    let folder: String
    let model = fingerprint(1)

    func startEmbedder(data: String = "embedder") async throws -> ServiceHost {
        let definition = ServiceDefinition(
            name: "embedder",
            number: .embedder,
            summary: "a log",
            ports: ServicePorts(requests: 0, events: 0, health: 0)
        ) { _ in }
        return try await self.start(definition, data: data, settings: [:])
    }

    func startIndex(
        _ settings: [String: String] = [:],
        data: String = "index"
    ) async throws -> ServiceHost {
        let peer = [
            "embedder-address": "memory://embedder", "embedder-events-address": "memory://embedder-events",
        ]
        return try await self.start(
            IndexDefinition.definition,
            data: data,
            settings: peer.merging(settings) { $1 }
        )
    }

    private func start(
        _ definition: ServiceDefinition,
        data: String,
        settings: [String: String]
    ) async throws -> ServiceHost {
        let own = [
            "data": "\(self.folder)/\(data)", "listen": "memory://\(definition.name)",
            "publish": "memory://\(definition.name)-events", "health-port": "0",
        ]
        var environment = HostEnvironment()
        environment.heartbeat = .milliseconds(20)
        environment.timing.pauseMinimum = .milliseconds(5)
        return try await ServiceHost.start(
            definition,
            settings: own.merging(settings) { $1 },
            transport: self.transport,
            environment: environment
        )
    }

    func client() throws -> ServiceClient {
        try ServiceClient(transport: self.transport, address: Address("memory://index"), service: .index)
    }

    /// Commits a made-up log of one generation, or more of it.
    @discardableResult
    func fill(_ embedder: ServiceHost, count: Int, seed: UInt64) async throws -> [Embedding] {
        var log = EmbedderLog(seed: seed)
        let embeddings = log.embed(self.model, count: count)
        let model = self.model
        try await embedder.database.write { transaction in
            let parts = EmbedderLog.parts
            let started = GenerationStarted(fingerprint: model, parts: parts)
            _ = try embedder.events.append(started, key: "", in: transaction)
            for embedding in embeddings {
                let created = EmbeddingCreated(embedding: embedding)
                _ = try embedder.events.append(created, key: "", in: transaction)
            }
            let ready = ModelReady(fingerprint: model, parts: parts, count: UInt64(count))
            _ = try embedder.events.append(ready, key: "", in: transaction)
        }
        return embeddings
    }
}

import Contracts
import LineProtocol
import Messaging
import ServiceKit
import Storage
import Synchronization
import TestKit
import Wire

@testable import GatewayCore

/// A gateway with its real port, and stand-ins for every service over messages in memory.
struct GatewayBench: Sendable {
    let archive: Archive
    let gateway: ServiceHost
    let embedder: ServiceHost
    let port: Int

    /// Runs a body with everything started.
    ///
    /// - Parameters:
    ///   - shards: of which shard each index node is; two nodes of one shard are replicas.
    ///   - settings: the gateway's own.
    ///   - absent: services that do not run.
    static func run(
        shards: [Int] = [0],
        settings: [String: String] = [:],
        absent: Set<String> = [],
        prepare: (Archive) -> Void = { _ in },
        _ body: (GatewayBench) async throws -> Void
    ) async throws {
        let transport = MemoryTransport()
        let archive = Archive(nodeCount: shards.count)
        prepare(archive)
        try await withTemporaryFolder { folder in
            var hosts: [ServiceHost] = []
            func start(
                _ definition: ServiceDefinition,
                _ address: String,
                _ more: [String: String]
            ) async throws -> ServiceHost {
                let own = ["data": "\(folder)/\(address)", "health-port": "0"]
                let host = try await ServiceHost.start(
                    definition,
                    settings: own.merging(more) { $1 },
                    transport: transport
                )
                hosts.append(host)
                return host
            }
            func serve(_ definition: ServiceDefinition, _ address: String) async throws -> ServiceHost {
                try await start(
                    definition,
                    address,
                    [
                        "listen": "memory://\(address)", "publish": "memory://\(address)-events",
                        "workers": "16",
                    ]
                )
            }
            do {
                let embedder = try await serve(archive.embedder, "embedder")
                for definition in [archive.ingest, archive.labeler, archive.trainer]
                where !absent.contains(definition.name) {
                    _ = try await serve(definition, definition.name)
                }
                let shardCount = (shards.max() ?? 0) + 1
                for (node, shard) in shards.enumerated() where !absent.contains("index-\(node)") {
                    _ = try await serve(archive.node(node, shard: shard, of: shardCount), "index-\(node)")
                }
                let nodes = shards.indices.map { "memory://index-\($0)" }.joined(separator: ", ")
                let all = Self.settings(nodes: nodes).merging(settings) { $1 }
                let gateway = try await start(GatewayDefinition.definition, "gateway", all)
                let bench = GatewayBench(
                    archive: archive,
                    gateway: gateway,
                    embedder: embedder,
                    port: gateway.endpoints.own["lines"] ?? 0
                )
                try await body(bench)
                archive.state.withLock { $0.hanging = [] }
                for host in hosts.reversed() { await host.stop() }
            } catch {
                archive.state.withLock { $0.hanging = [] }
                for host in hosts.reversed() { await host.stop() }
                throw error
            }
        }
    }

    private static func settings(nodes: String) -> [String: String] {
        var settings = ["port": "0", "index-nodes": nodes]
        for peer in ["ingest", "labeler", "trainer", "embedder"] {
            settings["\(peer)-address"] = "memory://\(peer)"
            settings["\(peer)-events-address"] = "memory://\(peer)-events"
        }
        return settings
    }

    /// A connection, for the time of `body`.
    func connected<Value>(_ body: (LineClient) async throws -> Value) async throws -> Value {
        let client = try await LineClient(host: "127.0.0.1", port: self.port)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    /// One command on a connection of its own; a failure is an answer like any other.
    func ask(_ words: String..., token: String? = nil) async throws -> Reply {
        try await self.ask(words.map { Array($0.utf8) }, token: token)
    }

    func ask(_ words: [[UInt8]], token: String? = nil) async throws -> Reply {
        try await self.connected { client in
            do {
                if let token { _ = try await client.send("AUTH", token) }
                return try await client.send(words)
            } catch let failure as CommandFailure {
                return failure.reply
            }
        }
    }

    /// Waits until the gateway knows a plan for its searches.
    func awaitSearches() async {
        _ = await eventually(within: .seconds(20)) { await self.gateway.readinessReasons().isEmpty }
    }

    /// The audit trail: client, command, object and outcome of each row.
    func auditRows() async throws -> [[String]] {
        try await self.gateway.database.read { transaction in
            try transaction.rows("SELECT * FROM audit ORDER BY number").map { row in
                try ["client", "command", "object", "outcome"].map { try row.text($0) }
            }
        }
    }
}

extension Reply {
    /// The code of a failure.
    var code: FailureCode? {
        if case .failure(let code, _) = self { return code }
        return nil
    }

    /// The text of a failure.
    var failureText: String {
        if case .failure(_, let text) = self { return text }
        return ""
    }

    /// Slice ids of a search's hits.
    var hitIDs: [String] { self["hits"]?.elements.compactMap { $0["slice"]?.text } ?? [] }
}

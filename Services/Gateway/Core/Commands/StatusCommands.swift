import Contracts
import LineProtocol
import ServiceKit
import Wire

/// What an operator looks at.
extension GatewayService {
    /// `STATUS`: a row a service: name, ready, reason, version, and the service's own counts.
    func status() async -> Reply {
        var rows: [(Int, Reply)] = await withTaskGroup(of: (Int, Reply).self) { group in
            for (place, service) in self.services.enumerated() {
                group.addTask { (place, await Self.row(service.key, service.value)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (node, client) in self.search.nodes.clients.enumerated() {
            rows.append((1000 + node, await Self.row("index", client)))
        }
        return .list(rows.sorted { $0.0 < $1.0 }.map(\.1))
    }

    private static func row(_ name: String, _ client: ServiceClient) async -> Reply {
        do {
            let hello = try await client.call(Hello(), timeout: .seconds(2))
            let state = try await client.call(State(), timeout: .seconds(2))
            return .fields([
                "service": .text(name),
                "ready": .integer(hello.isReady ? 1 : 0),
                "reason": .text(hello.reason),
                "version": .text(hello.version),
                "events": .integer(Int64(hello.headSeq)),
                "state": .list(state.entries.flatMap { [.text($0.key), .text($0.value)] }),
            ])
        } catch {
            return .fields([
                "service": .text(name), "ready": .integer(0), "reason": .text("does not answer"),
                "version": .text(""), "events": .integer(0), "state": .list([]),
            ])
        }
    }

    /// `NODES`: a row an index node.
    func nodesReply() -> Reply {
        .list(
            zip(self.search.nodes.clients, self.search.nodes.states()).map { client, state in
                guard let state else {
                    return .fields([
                        "node": .text(client.name), "ready": .integer(0), "reason": .text("does not answer"),
                    ])
                }
                return .fields([
                    "node": .text(client.name),
                    "ready": .integer(state.isReady ? 1 : 0),
                    "reason": .text(state.reason),
                    "shard": .text("\(state.shard)/\(state.shardCount)"),
                    "generation": state.fingerprint.map { .text($0.description) } ?? .none,
                    "applied": .integer(Int64(state.appliedSeq)),
                    "head": .integer(Int64(state.headSeq)),
                    "vectors": .integer(Int64(state.count)),
                ])
            }
        )
    }

    /// `INFO`: name:value lines, as Redis tools show them.
    func info() async -> Reply {
        let plan = try? self.search.nodes.plan()
        let vectors = self.search.nodes.states().compactMap { $0?.count }.reduce(0, +)
        let lines = [
            "# Server", "carina_version:\(Release.version)", "bulk_maximum:\(self.bulkByteCountMaximum)",
            "# Search", "generation:\(plan?.generation.description ?? "none")",
            "shards:\(plan?.replicas.count ?? 0)", "vectors:\(vectors)",
            "parts:\(plan?.parts.map { "\($0.name)=\(NumberText.shortest(Double($0.weight)))" }.joined(separator: ",") ?? "")",
        ]
        return .text(lines.joined(separator: "\r\n") + "\r\n")
    }

    /// `EVENTS READ FROM seq [COUNT n] [BLOCK ms]` (G-15)
    func events(_ words: inout Words) async throws -> Reply {
        var after = 0
        var limit = 100
        var wait = 0
        guard try words.keyword("READ") == "READ" else {
            throw CommandFailure(.badArgument, "EVENTS takes READ")
        }
        while !words.isEmpty {
            switch try words.keyword("option") {
            case "FROM": after = try words.integer("FROM", in: 0...Int.max)
            case "COUNT": limit = try words.integer("COUNT", in: 1...1000)
            case "BLOCK": wait = try words.integer("BLOCK", in: 0...60_000)
            default: throw CommandFailure(.badArgument, "EVENTS READ takes FROM, COUNT and BLOCK")
            }
        }
        let deadline = ContinuousClock.now + .milliseconds(wait)
        while true {
            let page = try await self.embedder.call(
                FetchEvents(logID: nil, after: UInt64(after), limit: UInt32(limit), waitMilliseconds: 0)
            )
            // The embedder's log is asked again in short steps: a reader that waits costs it a small request each.
            if !page.events.isEmpty || ContinuousClock.now >= deadline {
                return try EventsReply.describe(page)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

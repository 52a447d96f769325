import Contracts
import LineProtocol
import Logging
import Messaging
import Synchronization
import Wire

/// The index nodes: one connection each, what each last said of itself, and which answers for which shard.
///
/// One request socket a node (one shared socket would give every other query to a hung node, nng trap 5).
final class NodeDirectory: Sendable {
    /// How long a replica may take before another is asked as well.
    static let hedgeAfter = Duration.milliseconds(400)

    let clients: [ServiceClient]
    private let reports: Mutex<[Int: NodeReport]>

    init(clients: [ServiceClient]) {
        self.clients = clients
        self.reports = Mutex([:])
    }

    /// Asks every node for its state; a node that does not answer drops out until it does.
    func refresh() async {
        await withDiscardingTaskGroup { group in
            for (node, client) in self.clients.enumerated() {
                group.addTask {
                    let state = try? await client.call(NodeState(), timeout: .seconds(2))
                    self.reports.withLock { $0[node] = state.map { NodeReport(node: node, state: $0) } }
                }
            }
        }
    }

    /// What the nodes last said, in the order of the configuration; nil for one that does not answer.
    func states() -> [NodeState.Reply?] {
        let reports = self.reports.withLock { $0 }
        return self.clients.indices.map { reports[$0]?.state }
    }

    /// - Throws: `LOADING` when no generation has a ready node in each shard, with the first node's reason.
    func plan() throws(CommandFailure) -> ShardPlan {
        let reports = self.reports.withLock { $0 }
        if let plan = ShardPlan(reports: reports.values.sorted { $0.node < $1.node }) { return plan }
        let reason = reports.values.sorted { $0.node < $1.node }.first { !$0.state.isReady }?.state.reason
        throw .init(.loading, reason ?? "no index node answers")
    }

    /// Why no search can be answered; nil when it can.
    var whyNotReady: String? {
        do {
            _ = try self.plan()
            return nil
        } catch {
            return error.text
        }
    }

    /// One shard's answer: from the preferred replica, or from the next when that one is late or fails.
    func search(_ request: Search, generation: Fingerprint, replicas: [Int]) async throws -> Search.Reply {
        try await withThrowingTaskGroup(of: Search.Reply.self) { group in
            for (place, node) in replicas.enumerated() {
                group.addTask {
                    try await Task.sleep(for: Self.hedgeAfter * place)
                    return try await self.clients[node].call(
                        request,
                        timeout: .seconds(10),
                        fingerprint: generation
                    )
                }
            }
            defer { group.cancelAll() }
            var failure: any Error = CommandFailure(.partial, "a shard has no node")
            while let result = await group.nextResult() {
                switch result {
                case .success(let reply): return reply
                case .failure(let error): failure = error
                }
            }
            throw failure
        }
    }
}

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
    private let timeout: Duration
    private let reports: Mutex<[Int: NodeReport]>

    /// - Parameter timeout: how long one shard may take, over all its replicas.
    init(clients: [ServiceClient], timeout: Duration) {
        self.clients = clients
        self.timeout = timeout
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

    /// - Throws: `ShardPlan.Gap` when no generation has a ready node in each shard.
    func plan() throws(ShardPlan.Gap) -> ShardPlan {
        let reports = self.reports.withLock { $0 }
        return try ShardPlan(reports: reports.values.sorted { $0.node < $1.node })
    }

    /// Why no search can be answered; nil when it can.
    var whyNotReady: String? {
        do {
            _ = try self.plan()
            return nil
        } catch {
            return error.failure.text
        }
    }

    /// The answers of all shards.
    ///
    /// - Throws: `PARTIAL` with the shards that did not answer; a node's own refusal when the question is at fault.
    func search(_ request: Search, plan: ShardPlan) async throws -> [Search.Reply] {
        let results = await withTaskGroup(of: (Int, Result<Search.Reply, any Error>).self) { group in
            for (shard, replicas) in plan.replicas.enumerated() {
                group.addTask {
                    do {
                        return (shard, .success(try await self.search(request, plan, replicas: replicas)))
                    } catch {
                        return (shard, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try Task.checkCancellation()
        var replies: [Search.Reply] = []
        var missing: [Int] = []
        for (shard, result) in results.sorted(by: { $0.0 < $1.0 }) {
            switch result {
            case .success(let reply): replies.append(reply)
            case .failure(let error):
                guard Self.isAbsence(error), plan.replicas.count > 1 else { throw error }
                missing.append(shard)
            }
        }
        guard missing.isEmpty else { throw CommandFailure.missing(missing, of: plan.replicas.count) }
        return replies
    }

    /// One shard's answer: from the preferred replica, or from the next when that one is late or fails.
    private func search(_ request: Search, _ plan: ShardPlan, replicas: [Int]) async throws -> Search.Reply {
        try await withThrowingTaskGroup(of: Search.Reply.self) { group in
            for (place, node) in replicas.enumerated() {
                group.addTask {
                    try await Task.sleep(for: Self.hedgeAfter * place)
                    let reply = try await self.clients[node].call(
                        request,
                        timeout: self.timeout,
                        fingerprint: plan.generation
                    )
                    // An answer of another generation must not be mixed in, whatever the node thought.
                    guard reply.fingerprint == plan.generation else {
                        throw Refusal(.modelMismatch, "the node answered with another generation")
                    }
                    return reply
                }
            }
            defer { group.cancelAll() }
            var failure: (any Error)?
            while let result = await group.nextResult() {
                switch result {
                case .success(let reply): return reply
                case .failure(let error):
                    // A node that says why is worth more than one that says nothing.
                    if failure.map(Self.isAbsence) ?? true { failure = error }
                }
            }
            throw failure ?? CommandFailure(.partial, "a shard has no node")
        }
    }

    /// Whether a node did not answer at all, or could not: another question would have fared no better.
    private static func isAbsence(_ error: any Error) -> Bool {
        switch error {
        case is MessagingError: true
        case let refusal as Refusal:
            [.busy, .loading, .deadlineExceeded, .internalFailure].contains(refusal.code)
        default: false
        }
    }
}

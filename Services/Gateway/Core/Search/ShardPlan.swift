import Contracts
import LineProtocol
import Wire

/// What the directory last heard of one index node.
struct NodeReport: Sendable {
    /// Place in the configured list of nodes.
    let node: Int
    let state: NodeState.Reply
}

/// Which nodes answer for each shard of one generation.
struct ShardPlan: Sendable, Equatable {
    let generation: Fingerprint
    let parts: [EmbeddingPartRecord]
    /// For each shard the nodes that can answer, the preferred first.
    let replicas: [[Int]]

    /// Why there is no plan.
    enum Gap: Error, Equatable {
        /// Nothing serves yet, for this reason.
        case loading(String)
        /// These shards of so many have no node, the others do.
        case missing([Int], of: Int)
        /// The nodes are on their way from one generation to the next.
        case changing
    }

    /// The generation that ready nodes cover in all its shards; with several, the one with the most nodes.
    ///
    /// - Throws: ``Gap`` when no generation is covered: some shard has no ready node.
    init(reports: [NodeReport]) throws(Gap) {
        let ready = reports.filter {
            $0.state.isReady && $0.state.fingerprint != nil && $0.state.shardCount > 0
        }
        let layouts = Dictionary(grouping: ready) {
            Layout(generation: $0.state.fingerprint, shardCount: Int($0.state.shardCount))
        }
        let covered = layouts.filter { layout, nodes in layout.missing(from: nodes).isEmpty }
        let best = covered.max { ($0.value.count, $0.key.order) < ($1.value.count, $1.key.order) }
        guard let (layout, nodes) = best, let generation = layout.generation,
            let parts = nodes.first?.state.parts
        else { throw Self.gap(reports: reports, layouts: layouts) }
        self.generation = generation
        self.parts = parts
        self.replicas = (0..<layout.shardCount).map { shard in
            nodes.filter { Int($0.state.shard) == shard }.map(\.node)
        }
    }

    private static func gap(reports: [NodeReport], layouts: [Layout: [NodeReport]]) -> Gap {
        let reason = reports.map(\.state.reason).first { !$0.isEmpty }
        guard let (layout, nodes) = layouts.first else {
            let nothing = reports.isEmpty ? "no index node answers" : "no model serves yet: LABEL, then TRAIN"
            return .loading(reason ?? nothing)
        }
        if let unready = reports.first(where: { !$0.state.isReady }) { return .loading(unready.state.reason) }
        if layouts.count > 1 { return .changing }
        return .missing(layout.missing(from: nodes), of: layout.shardCount)
    }

    private struct Layout: Hashable {
        let generation: Fingerprint?
        let shardCount: Int

        /// Breaks ties, the same way in every gateway.
        var order: String { self.generation?.description ?? "" }

        func missing(from nodes: [NodeReport]) -> [Int] {
            let held = Set(nodes.map { Int($0.state.shard) })
            return (0..<self.shardCount).filter { !held.contains($0) }
        }
    }
}

extension ShardPlan.Gap {
    /// What a client is told (G-14: never fewer hits without a word).
    var failure: CommandFailure {
        switch self {
        case .loading(let reason): .init(.loading, reason)
        case .missing(let shards, let count): .missing(shards, of: count)
        case .changing: .init(.model, "the generation is changing; ask again")
        }
    }
}

extension CommandFailure {
    /// `PARTIAL shard 2 of 3 does not answer`; shards count from 1 for people.
    static func missing(_ shards: [Int], of count: Int) -> CommandFailure {
        let names = shards.map { "\($0 + 1)" }.joined(separator: ", ")
        let verb = shards.count == 1 ? "shard \(names) of \(count) does" : "shards \(names) of \(count) do"
        return .init(.partial, "\(verb) not answer; see NODES")
    }
}

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

    /// The generation that ready nodes cover in all its shards; with several, the one with the most nodes.
    ///
    /// nil when no generation is covered: some shard has no ready node.
    init?(reports: [NodeReport]) {
        let ready = reports.filter {
            $0.state.isReady && $0.state.fingerprint != nil && $0.state.shardCount > 0
        }
        let generations = Dictionary(grouping: ready) {
            Key(generation: $0.state.fingerprint, shardCount: $0.state.shardCount)
        }
        let covered = generations.compactMap { key, nodes -> (Fingerprint, [NodeReport], [[Int]])? in
            guard let generation = key.generation else { return nil }
            let replicas = (0..<key.shardCount).map { shard in
                nodes.filter { $0.state.shard == shard }.map(\.node)
            }
            return replicas.contains(where: \.isEmpty) ? nil : (generation, nodes, replicas)
        }
        let best = covered.max { ($0.1.count, $1.0.description) < ($1.1.count, $0.0.description) }
        guard let (generation, nodes, replicas) = best, let parts = nodes.first?.state.parts else {
            return nil
        }
        self.generation = generation
        self.parts = parts
        self.replicas = replicas
    }

    private struct Key: Hashable {
        let generation: Fingerprint?
        let shardCount: UInt32
    }
}

/// Puts the answers of all shards together.
enum ShardMerge {
    /// The nearest `count` of all hits, ordered by distance and then slice id, one of each group.
    ///
    /// A series lives in one shard, a patient may live in several: so groups are made again here.
    static func merge(_ answers: [[SearchHit]], count: Int, grouping: SearchGrouping) -> [SearchHit] {
        let ordered = answers.joined().sorted { ($0.distance, $0.sliceID) < ($1.distance, $1.sliceID) }
        var seen = Set<Identifier>()
        var hits: [SearchHit] = []
        for hit in ordered where hits.count < count {
            switch grouping {
            case .patient: if seen.insert(hit.patientID).inserted { hits.append(hit) }
            case .series: if seen.insert(hit.seriesID).inserted { hits.append(hit) }
            default: hits.append(hit)
            }
        }
        return hits
    }
}

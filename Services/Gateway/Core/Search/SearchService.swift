package import Contracts
import LineProtocol
import Messaging
import ServiceKit
package import Wire

/// What a search is answered with: the hits and what they rest on.
package struct SearchAnswer: Sendable {
    package let generation: Fingerprint
    package let parts: [EmbeddingPartRecord]
    /// Slice id of the query: stored or not.
    package let query: Identifier
    package let seq: UInt64
    package let shardCount: Int
    package let distancesComputed: UInt64
    package let hits: [SearchHit]
}

/// Turns a question into a vector, asks every shard, puts the answers together.
struct SearchService: Sendable {
    let ingest: ServiceClient
    let embedder: ServiceClient
    let nodes: NodeDirectory
    let stages: StageTimes

    /// A query as the index understands it.
    struct Query: Sendable {
        let sliceID: Identifier
        let seriesID: Identifier
        let patientID: Identifier
        let vector: [Float]
    }

    /// How long a search waits for the nodes to agree on a generation.
    private static let transitionMaximum = Duration.seconds(5)

    func search(_ command: SearchCommand) async throws -> SearchAnswer {
        let deadline = ContinuousClock.now + Self.transitionMaximum
        while true {
            do {
                return try await self.searchOnce(command)
            } catch  where Self.isTransition(error) {
                // A new generation takes over between two of our questions: ask again with that one.
                guard ContinuousClock.now < deadline else { throw ShardPlan.Gap.changing.failure }
                await self.nodes.refresh()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private static func isTransition(_ error: any Error) -> Bool {
        switch error {
        case let refusal as Refusal: refusal.code == .modelMismatch
        case let gap as ShardPlan.Gap: gap == .changing
        default: false
        }
    }

    private func searchOnce(_ command: SearchCommand) async throws -> SearchAnswer {
        let plan = try self.nodes.plan()
        let query = try await self.query(for: command.subject, generation: plan.generation)
        let request = try self.request(for: command, query: query, parts: plan.parts)
        let start = ContinuousClock.now
        let replies = try await self.nodes.search(request, plan: plan)
        self.stages.note("search", since: start)
        return SearchAnswer(
            generation: plan.generation,
            parts: plan.parts,
            query: query.sliceID,
            seq: replies.map(\.seq).min() ?? 0,
            shardCount: plan.replicas.count,
            distancesComputed: replies.reduce(0) { $0 + $1.distancesComputed },
            hits: ShardMerge.merge(replies.map(\.hits), count: command.count, grouping: command.grouping)
        )
    }

    /// - Throws: `NOTFOUND`, `LOADING` (stored, not yet embedded), `REFUSED` (an image that is no usable slice).
    private func query(
        for subject: SearchCommand.Subject,
        generation: Fingerprint
    ) async throws -> Query {
        switch subject {
        case .slice(let sliceID):
            return try await self.storedQuery(sliceID, generation: generation)
        case .series(let seriesID):
            let series = try await self.ingest.call(FetchSeries(seriesID: seriesID))
            guard !series.sliceIDs.isEmpty else { throw CommandFailure(.notFound, "no such series") }
            return try await self.storedQuery(
                series.sliceIDs[series.sliceIDs.count / 2],
                generation: generation
            )
        case .image(let bytes):
            let start = ContinuousClock.now
            let found = try await self.findLungs(bytes)
            let decoded = self.stages.note("decode", since: start)
            guard let crop = found.lungs.crop else { throw CommandFailure(.refused, found.lungs.reason) }
            let embedded = try await self.embedder.call(
                EmbedCrop(crop: crop),
                timeout: .seconds(10),
                fingerprint: generation
            )
            self.stages.note("embed", since: decoded)
            guard embedded.fingerprint == generation else {
                throw Refusal(.modelMismatch, "the query was embedded with another generation")
            }
            return Query(
                sliceID: found.sliceID,
                seriesID: found.seriesID,
                patientID: found.patientID,
                vector: embedded.vector
            )
        }
    }

    private func findLungs(_ bytes: [UInt8]) async throws -> FindLungs.Reply {
        do {
            return try await self.ingest.call(FindLungs(bytes: bytes), timeout: .seconds(20))
        } catch let refusal as Refusal where refusal.code == .badArgument {
            throw CommandFailure(.refused, refusal.text)
        }
    }

    private func storedQuery(_ sliceID: Identifier, generation: Fingerprint) async throws -> Query {
        let reply = try await self.embedder.call(
            FetchEmbeddings(sliceIDs: [sliceID], fingerprint: generation)
        )
        guard reply.fingerprint == generation else {
            throw Refusal(.modelMismatch, "the query's vector is of another generation")
        }
        if let embedding = reply.embeddings.first ?? nil {
            return Query(
                sliceID: sliceID,
                seriesID: embedding.seriesID,
                patientID: embedding.patientID,
                vector: embedding.vector
            )
        }
        let metadata = try await self.ingest.call(FetchMetadata(sliceIDs: [sliceID])).slices.first ?? nil
        if metadata == nil { throw CommandFailure(.notFound, "no slice has the id \(sliceID)") }
        throw CommandFailure(.loading, "slice \(sliceID) is stored, its embedding is not made yet")
    }

    private func request(
        for command: SearchCommand,
        query: Query,
        parts: [EmbeddingPartRecord]
    ) throws(CommandFailure) -> Search {
        Search(
            vector: query.vector,
            weights: try Self.weights(command.weights, parts: parts),
            k: UInt32(command.count),
            grouping: command.grouping,
            excludedPatient: command.allowsSamePatient ? nil : query.patientID,
            excludedSeries: command.allowsSameSeries ? nil : query.seriesID,
            excludedSlice: query.sliceID,
            filters: command.filters,
            minimumSeq: command.minimumSeq,
            wantsBruteForce: command.isScan
        )
    }

    /// One weight a part, in the model's order; empty for the model's own weights.
    static func weights(
        _ named: [String: Float]?,
        parts: [EmbeddingPartRecord]
    ) throws(CommandFailure) -> [Float] {
        guard let named else { return [] }
        let names = parts.map(\.name)
        if let unknown = named.keys.sorted().first(where: { !names.contains($0) }) {
            throw .init(
                .badArgument,
                "no part is called \(unknown); there are \(names.joined(separator: ", "))"
            )
        }
        return names.map { named[$0] ?? 0 }
    }
}

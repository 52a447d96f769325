package import Contracts
package import Logging
package import Neighbors
package import ServiceKit
internal import Synchronization
package import Wire

/// A question to one shard, in the words of the domain.
package struct IndexQuestion: Sendable {
    /// The model whose vector asks.
    package var fingerprint: Fingerprint?
    /// Without weights: those of the model.
    package var query: NeighborQuery
    /// Position in the embedder's log that the answer must know.
    package var minimumSeq: UInt64
    /// Look at every vector.
    package var wantsBruteForce: Bool
    /// How long the asker still waits; nil: as long as the node likes.
    package var patience: Duration?

    /// A question of its parts.
    package init(
        fingerprint: Fingerprint?,
        query: NeighborQuery,
        minimumSeq: UInt64 = 0,
        wantsBruteForce: Bool = false,
        patience: Duration? = nil
    ) {
        self.fingerprint = fingerprint
        self.query = query
        self.minimumSeq = minimumSeq
        self.wantsBruteForce = wantsBruteForce
        self.patience = patience
    }
}

/// What one shard knows, and up to where.
package struct IndexAnswer: Sendable {
    /// The generation that answered.
    package let fingerprint: Fingerprint
    /// Position in the embedding log that the answer knows.
    package let seq: UInt64
    /// What was found, and at what cost.
    package let found: NeighborAnswer
}

/// How the follower of the embedder's log stands.
package struct LogStatus: Sendable {
    /// The newest event that the embedder told of.
    package var headSeq: UInt64
    /// Whether everything that the log held was applied once since the start.
    package var hasCaughtUp: Bool

    /// A status of its parts.
    package init(headSeq: UInt64, hasCaughtUp: Bool) {
        self.headSeq = headSeq
        self.hasCaughtUp = hasCaughtUp
    }
}

/// Keeps the vectors of one shard as the embedder's log tells them, and answers from them.
///
/// There are two states: the shelf, which only the log's follower changes, and what searches see, which is replaced
/// once after each batch of events. A search takes the second and never waits for the first.
package final class IndexService: Sendable {
    /// What searches see.
    private struct Standing {
        var fingerprint: Fingerprint?
        var parts: [EmbeddingPartRecord] = []
        var view: NeighborView?
        var appliedSeq: UInt64 = 0
        var generationCount = 0
        var vectorCount = 0
    }

    /// How long a search waits for `minimumSeq` when its asker sets no deadline.
    package static let patienceByDefault = Duration.seconds(2)

    /// The share of all vectors that this node keeps.
    package let shard: ShardAssignment
    private let logger: Logger
    private let shelf: Mutex<GenerationShelf>
    private let standing = Mutex(Standing())
    private let gate = SeqGate()
    private let logStatus = Mutex<(@Sendable () -> LogStatus)?>(nil)

    /// A node without vectors.
    package init(shard: ShardAssignment, logger: Logger) {
        self.shard = shard
        self.logger = logger
        self.shelf = Mutex(GenerationShelf(shard: shard))
    }

    // MARK: The embedder's log

    /// Applies events in their order. They may have been applied before.
    ///
    /// - Returns: How many could not be used.
    /// - Throws: For an event that this version cannot read; nothing that searches see has changed then.
    @discardableResult
    package func apply(_ events: [EventRecord], upTo seq: UInt64) throws -> Int {
        var refusedCount = 0
        var standing = Standing(appliedSeq: seq)
        try self.shelf.withLock { shelf in
            for event in events {
                guard case .refused(let reason) = try Self.apply(event, to: &shelf) else { continue }
                refusedCount += 1
                self.logger.error(
                    "an event of the embedder cannot be used",
                    metadata: ["seq": "\(event.seq)", "kind": "\(event.kind)", "reason": "\(reason)"]
                )
            }
            standing.fingerprint = shelf.serving?.fingerprint
            standing.parts = shelf.serving?.parts ?? []
            standing.view = shelf.serving?.index.view
            standing.generationCount = shelf.count
            standing.vectorCount = shelf.vectorCount
        }
        self.standing.withLock { $0 = standing }
        self.gate.move(to: seq)
        return refusedCount
    }

    private static func apply(_ event: EventRecord, to shelf: inout GenerationShelf) throws -> ShelfOutcome {
        switch event.kind {
        case EmbeddingCreated.kind: shelf.apply(try event.decode(EmbeddingCreated.self))
        case EmbeddingRemoved.kind: shelf.apply(try event.decode(EmbeddingRemoved.self))
        case GenerationStarted.kind: shelf.apply(try event.decode(GenerationStarted.self))
        case ModelReady.kind: shelf.apply(try event.decode(ModelReady.self))
        case GenerationRetired.kind: shelf.apply(try event.decode(GenerationRetired.self))
        default: .notOurs  // A newer embedder may tell more than we need.
        }
    }

    /// Takes whoever knows how the log's follower stands; before, the node counts as not having begun.
    package func observe(_ status: @escaping @Sendable () -> LogStatus) {
        self.logStatus.withLock { $0 = status }
    }

    /// The log is another one: everything begins anew.
    package func startOver() {
        self.shelf.withLock { $0 = GenerationShelf(shard: self.shard) }
        self.standing.withLock { $0 = Standing() }
        self.gate.move(to: 0)
        self.logger.notice("the embedder's log was replaced, the index starts over")
    }

    // MARK: Questions

    /// The nearest vectors of this shard.
    ///
    /// - Throws: `Refusal`: `stale`, `loading`, `modelMismatch` or `badArgument`.
    package func search(_ question: IndexQuestion) async throws(Refusal) -> IndexAnswer {
        let patience = question.patience ?? Self.patienceByDefault
        if question.minimumSeq > self.standing.withLock({ $0.appliedSeq }),
            await !self.gate.wait(for: question.minimumSeq, atMost: patience)
        {
            let applied = self.standing.withLock { $0.appliedSeq }
            throw Refusal(.stale, "the index knows the log up to \(applied), not \(question.minimumSeq)")
        }
        // First whether it has caught up: what is read after that holds everything.
        let loadingReason = self.unreadiness()
        let standing = self.standing.withLock { $0 }
        if let reason = loadingReason { throw Refusal(.loading, reason) }
        guard let view = standing.view, let serving = standing.fingerprint else {
            throw Refusal(.loading, "no generation is complete")
        }
        guard question.fingerprint == serving else {
            throw Refusal(.modelMismatch, "the index serves generation \(serving)")
        }
        var query = question.query
        if query.weights.isEmpty { query.weights = standing.parts.map(\.weight) }
        do {
            let found =
                question.wantsBruteForce
                // A scan of everything would keep a thread of the pool from other requests.
                ? try await offPool { [query] in try view.bruteForce(query) } : try view.search(query)
            return IndexAnswer(fingerprint: serving, seq: standing.appliedSeq, found: found)
        } catch let error as NeighborError {
            throw Refusal(.badArgument, error.text)
        } catch {
            throw Refusal(.internalFailure, "the scan failed")
        }
    }

    /// What the node says of itself. Ready: it has caught up and serves a generation.
    package func nodeState() -> NodeState.Reply {
        let loadingReason = self.unreadiness()
        let standing = self.standing.withLock { $0 }
        let head = self.logStatus.withLock { $0 }?().headSeq ?? 0
        let reason = loadingReason ?? (standing.view == nil ? "no generation is complete" : nil)
        return NodeState.Reply(
            fingerprint: standing.fingerprint,
            parts: standing.parts,
            shard: UInt32(self.shard.shard),
            shardCount: UInt32(self.shard.count),
            appliedSeq: standing.appliedSeq,
            headSeq: max(head, standing.appliedSeq),
            count: UInt64(standing.view?.count ?? 0),
            isReady: reason == nil,
            reason: reason ?? ""
        )
    }

    /// Why the process is not ready for traffic; nil when it is. A node that has caught up with a log in which no
    /// generation is complete yet has nothing to load: it is ready, and refuses searches as `loading`.
    package func unreadiness() -> String? {
        guard let status = self.logStatus.withLock({ $0 })?() else {
            return "the embedder's log is not followed yet"
        }
        if status.hasCaughtUp { return nil }
        let applied = self.standing.withLock { $0.appliedSeq }
        return "reading the embedder's log: \(applied) of \(max(status.headSeq, applied))"
    }

    /// Generations kept and vectors in all of them.
    package func holdings() -> (generations: Int, vectors: Int) {
        self.standing.withLock { ($0.generationCount, $0.vectorCount) }
    }
}

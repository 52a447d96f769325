package import Contracts
package import Logging
internal import Neighbors
package import ServiceKit
package import Snapshots
internal import Synchronization
package import Wire

/// Keeps the vectors of one shard as the embedder's log tells them, and answers from them.
///
/// There are two states: the shelf, which only the log's follower changes, and what searches see, which is replaced
/// once after each batch of events. A search takes the second and never waits for the first.
package final class IndexService: Sendable {
    /// What only the log's follower changes, and where in the log that is.
    private struct Kept {
        var shelf: GenerationShelf
        var position: LogPosition?
    }

    /// What searches see.
    private struct Standing {
        var fingerprint: Fingerprint?
        var parts: [EmbeddingPartRecord] = []
        var view: NeighborView?
        var position: LogPosition?
        var generationCount = 0
        var vectorCount = 0
        var appliedSeq: UInt64 { self.position?.seq ?? 0 }

        init() {}

        init(_ kept: Kept) {
            let serving = kept.shelf.serving
            self.fingerprint = serving?.fingerprint
            self.parts = serving?.parts ?? []
            self.view = serving?.index.view
            self.position = kept.position
            self.generationCount = kept.shelf.count
            self.vectorCount = kept.shelf.vectorCount
        }
    }

    /// How long a search waits for `minimumSeq` when its asker sets no deadline.
    package static let patienceByDefault = Duration.seconds(2)

    /// The share of all vectors that this node keeps.
    package let shard: ShardAssignment
    private let logger: Logger
    private let kept: Mutex<Kept>
    private let standing = Mutex(Standing())
    private let gate = SeqGate()
    private let company = SearchCompany()
    private let logStatus = Mutex<(@Sendable () -> LogStatus)?>(nil)

    /// A node without vectors.
    package init(shard: ShardAssignment, logger: Logger) {
        self.shard = shard
        self.logger = logger
        self.kept = Mutex(Kept(shelf: GenerationShelf(shard: shard)))
    }

    // MARK: The embedder's log

    /// Applies events in their order. They may have been applied before.
    ///
    /// - Parameter position: the place in the log after the last of them.
    /// - Returns: How many could not be used.
    /// - Throws: For an event that this version cannot read; nothing that searches see has changed then.
    @discardableResult
    package func apply(_ events: [EventRecord], upTo position: LogPosition) throws -> Int {
        var refusedCount = 0
        let standing = try self.kept.withLock { kept in
            for event in events {
                guard case .refused(let reason) = try Self.apply(event, to: &kept.shelf) else { continue }
                refusedCount += 1
                self.logger.error(
                    "an event of the embedder cannot be used",
                    metadata: ["seq": "\(event.seq)", "kind": "\(event.kind)", "reason": "\(reason)"]
                )
            }
            kept.position = position
            return Standing(kept)
        }
        self.show(standing)
        return refusedCount
    }

    /// What was written once is the state, until the log tells more.
    package func load(_ snapshot: LoadedSnapshot) {
        let standing = self.kept.withLock { kept in
            kept.shelf = GenerationShelf(shard: self.shard, snapshot)
            kept.position = LogPosition(logID: snapshot.node.logID, seq: snapshot.node.seq)
            return Standing(kept)
        }
        self.show(standing)
    }

    /// Everything that the node knows, for a snapshot; nil before the first contact with the log.
    ///
    /// It waits for the batch of events that is being applied: not for the threads of tasks. When a batch has failed,
    /// some of its effects are in it already; the batch comes again after the position, and sets the same states.
    package func contents() -> SnapshotContents? {
        self.kept.withLock { kept in kept.position.map { kept.shelf.contents(at: $0) } }
    }

    /// Up to where the log is known; nil before the first contact with it.
    package var position: LogPosition? { self.standing.withLock(\.position) }

    private func show(_ standing: Standing) {
        self.standing.withLock { $0 = standing }
        self.gate.move(to: standing.appliedSeq)
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
        self.kept.withLock { $0 = Kept(shelf: GenerationShelf(shard: self.shard)) }
        self.show(Standing())
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
                ? try await offPool { [query] in try view.bruteForce(query) }
                : try await self.company.search(query, in: view, seq: standing.appliedSeq)
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

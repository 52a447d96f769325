package import Neighbors
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

import Storage
import Wire

/// All embeddings that one model has made. Exactly one serves; the one before it stands by for a roll-back.
struct Generation: Sendable, Equatable {
    enum State: Int, Sendable {
        /// Its embeddings are being made; it serves as soon as all are there.
        case building = 0
        /// Queries are answered with it.
        case serving = 1
        /// It served before and is kept complete, so that going back is quick.
        case standby = 2
        /// Its embeddings are gone.
        case retired = 3
    }

    let number: Int
    let fingerprint: Fingerprint
    let state: State

    init(row: Row) throws {
        self.number = try row.integer("number")
        self.fingerprint = try EmbedderStore.fingerprint(try row.blob("fingerprint"))
        guard let state = State(rawValue: try row.integer("state")) else {
            throw StorageError(.corrupt, "a generation's state is unknown")
        }
        self.state = state
    }

    /// New slices are embedded for every generation that serves, will serve, or may serve again.
    var isKept: Bool { self.state != .retired }
}

/// How far a generation has come.
struct GenerationProgress: Sendable, Equatable {
    let embedded: Int
    /// Slices for which this model makes no embedding; each has its reason.
    let refused: Int
    let total: Int

    var isComplete: Bool { self.embedded + self.refused >= self.total }
}

/// One slice to be embedded with one model, as the work queue keeps it.
struct EmbeddingTask: Sendable, Equatable {
    let fingerprint: Fingerprint
    let sliceID: Identifier

    var key: String { "\(self.fingerprint)/\(self.sliceID)" }
    var bytes: [UInt8] { self.fingerprint.bytes + self.sliceID.bytes }

    init(fingerprint: Fingerprint, sliceID: Identifier) {
        self.fingerprint = fingerprint
        self.sliceID = sliceID
    }

    init(bytes: [UInt8]) throws {
        self.fingerprint = try EmbedderStore.fingerprint(Array(bytes.prefix(32)))
        self.sliceID = try EmbedderStore.identifier(Array(bytes.dropFirst(32)))
    }
}

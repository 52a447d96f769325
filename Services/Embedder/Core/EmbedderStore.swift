import Contracts
import ServiceKit
import Storage
import Wire

/// What the embedder remembers: the slices that exist, the generations of models, one embedding for each of both.
///
/// Free functions over a transaction: whoever calls them decides what is committed together.
enum EmbedderStore {
    static let migrations = [
        Migration(
            name: "embedder",
            sql: """
                CREATE TABLE slices (
                    slice_id BLOB PRIMARY KEY,
                    metadata BLOB NOT NULL
                ) WITHOUT ROWID;
                CREATE TABLE generations (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    fingerprint BLOB NOT NULL UNIQUE,
                    state INTEGER NOT NULL,
                    model BLOB NOT NULL
                );
                CREATE TABLE embeddings (
                    generation INTEGER NOT NULL REFERENCES generations (number),
                    slice_id BLOB NOT NULL,
                    vector BLOB NOT NULL,
                    PRIMARY KEY (generation, slice_id)
                ) WITHOUT ROWID;
                CREATE TABLE refusals (
                    generation INTEGER NOT NULL REFERENCES generations (number),
                    slice_id BLOB NOT NULL,
                    reason TEXT NOT NULL,
                    PRIMARY KEY (generation, slice_id)
                ) WITHOUT ROWID;
                """
        ),
        Migration(
            name: "embedder 2",
            sql: """
                CREATE TABLE wanted (one INTEGER PRIMARY KEY CHECK (one = 1), fingerprint BLOB NOT NULL);
                CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL);
                """
        ),
    ]

    /// Fetching a model that was promoted; the key is its fingerprint.
    static let models = WorkQueue("model", attemptsMaximum: 20)
    /// Embedding one slice with one model; the key is fingerprint and slice id.
    static let slices = WorkQueue("embed", attemptsMaximum: 5)

    // MARK: Slices

    static func insert(_ slice: SliceMetadata, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT OR REPLACE INTO slices (slice_id, metadata) VALUES (?, ?)",
            slice.sliceID.bytes,
            slice.encodedBytes
        )
    }

    static func metadata(_ sliceID: Identifier, in transaction: Transaction) throws -> SliceMetadata? {
        guard let row = try transaction.row("SELECT metadata FROM slices WHERE slice_id = ?", sliceID.bytes)
        else {
            return nil
        }
        return try SliceMetadata(encodedBytes: try row.blob("metadata"))
    }

    static func sliceIDs(in transaction: Transaction) throws -> [Identifier] {
        try transaction.rows("SELECT slice_id FROM slices").map {
            try Self.identifier(try $0.blob("slice_id"))
        }
    }

    static func removeSlice(_ sliceID: Identifier, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM slices WHERE slice_id = ?", sliceID.bytes)
        try transaction.execute("DELETE FROM refusals WHERE slice_id = ?", sliceID.bytes)
    }

    // MARK: Places

    /// How far ingest's log has taken effect here; nil before its first event.
    static func place(in transaction: Transaction) throws -> UInt64? {
        try transaction.row("SELECT seq FROM place")?.integer("seq")
    }

    static func setPlace(_ seq: UInt64?, in transaction: Transaction) throws {
        guard let seq else { return try transaction.execute("DELETE FROM place") }
        try transaction.execute("INSERT OR REPLACE INTO place (one, seq) VALUES (1, ?)", seq)
    }

    /// The model promoted last.
    static func wanted(in transaction: Transaction) throws -> Fingerprint? {
        try transaction.row("SELECT fingerprint FROM wanted").map {
            try Self.fingerprint(try $0.blob("fingerprint"))
        }
    }

    static func setWanted(_ fingerprint: Fingerprint, in transaction: Transaction) throws {
        try transaction.execute(
            "INSERT OR REPLACE INTO wanted (one, fingerprint) VALUES (1, ?)",
            fingerprint.bytes
        )
    }

    // MARK: Generations

    static func generations(in transaction: Transaction) throws -> [Generation] {
        try transaction.rows("SELECT number, fingerprint, state FROM generations ORDER BY number").map {
            try Generation(row: $0)
        }
    }

    static func generation(_ fingerprint: Fingerprint, in transaction: Transaction) throws -> Generation? {
        try transaction.row(
            "SELECT number, fingerprint, state FROM generations WHERE fingerprint = ?",
            fingerprint.bytes
        ).map { try Generation(row: $0) }
    }

    static func model(_ fingerprint: Fingerprint, in transaction: Transaction) throws -> [UInt8]? {
        try transaction.row("SELECT model FROM generations WHERE fingerprint = ?", fingerprint.bytes)?.blob(
            "model"
        )
    }

    static func insertGeneration(_ fingerprint: Fingerprint, model: [UInt8], in transaction: Transaction)
        throws
    {
        try transaction.execute(
            "INSERT INTO generations (fingerprint, state, model) VALUES (?, ?, ?)",
            fingerprint.bytes,
            Generation.State.building.rawValue,
            model
        )
    }

    static func setState(_ state: Generation.State, of generation: Generation, in transaction: Transaction)
        throws
    {
        try transaction.execute(
            "UPDATE generations SET state = ? WHERE number = ?",
            state.rawValue,
            generation.number
        )
    }

    /// Gives back the room of a generation that will not serve again; the model stays known.
    static func dropEmbeddings(of generation: Generation, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM embeddings WHERE generation = ?", generation.number)
        try transaction.execute("DELETE FROM refusals WHERE generation = ?", generation.number)
    }

    // MARK: Embeddings

    /// Enqueues every slice that a generation has neither embedded nor refused.
    static func enqueueMissing(of generation: Generation, in transaction: Transaction) throws {
        for row in try transaction.rows(
            """
            SELECT slice_id FROM slices
            WHERE slice_id NOT IN (SELECT slice_id FROM embeddings WHERE generation = ?1)
              AND slice_id NOT IN (SELECT slice_id FROM refusals WHERE generation = ?1)
            """,
            generation.number
        ) {
            let sliceID = try Self.identifier(try row.blob("slice_id"))
            try Self.enqueue(sliceID, for: generation, in: transaction)
        }
    }

    static func enqueue(_ sliceID: Identifier, for generation: Generation, in transaction: Transaction) throws
    {
        let task = EmbeddingTask(fingerprint: generation.fingerprint, sliceID: sliceID)
        try Self.slices.enqueue(key: task.key, payload: task.bytes, in: transaction)
    }

    static func insertEmbedding(
        _ vector: [Float],
        of sliceID: Identifier,
        generation: Generation,
        in transaction: Transaction
    ) throws {
        var writer = FrameWriter()
        writer.write(vector)
        try transaction.execute(
            "INSERT INTO embeddings (generation, slice_id, vector) VALUES (?, ?, ?)",
            generation.number,
            sliceID.bytes,
            writer.bytes
        )
    }

    static func hasEmbedding(
        _ sliceID: Identifier,
        generation: Generation,
        in transaction: Transaction
    ) throws -> Bool {
        try transaction.row(
            "SELECT 1 AS one FROM embeddings WHERE generation = ? AND slice_id = ?",
            generation.number,
            sliceID.bytes
        ) != nil
    }

    static func embedding(
        _ sliceID: Identifier,
        generation: Generation,
        in transaction: Transaction
    ) throws -> [Float]? {
        try transaction.row(
            "SELECT vector FROM embeddings WHERE generation = ? AND slice_id = ?",
            generation.number,
            sliceID.bytes
        ).map { row in
            var reader = FrameReader(try row.blob("vector"), startingAt: 0)
            return try reader.read("vector")
        }
    }

    static func removeEmbedding(
        of sliceID: Identifier,
        generation: Generation,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "DELETE FROM embeddings WHERE generation = ? AND slice_id = ?",
            generation.number,
            sliceID.bytes
        )
    }

    static func refuse(
        _ sliceID: Identifier,
        generation: Generation,
        reason: String,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "INSERT OR REPLACE INTO refusals (generation, slice_id, reason) VALUES (?, ?, ?)",
            generation.number,
            sliceID.bytes,
            reason
        )
    }

    /// How far a generation has come.
    static func progress(of generation: Generation, in transaction: Transaction) throws -> GenerationProgress
    {
        func count(_ sql: String) throws -> Int {
            try transaction.row("SELECT count(*) AS n FROM \(sql)", generation.number)?.integer("n") ?? 0
        }
        return GenerationProgress(
            embedded: try count("embeddings WHERE generation = ?"),
            refused: try count("refusals WHERE generation = ?"),
            total: try transaction.row("SELECT count(*) AS n FROM slices")?.integer("n") ?? 0
        )
    }

    // MARK: Names

    static func identifier(_ bytes: [UInt8]) throws -> Identifier {
        guard let identifier = Identifier(exactly: bytes) else {
            throw StorageError(.corrupt, "an id is not 16 bytes")
        }
        return identifier
    }

    static func fingerprint(_ bytes: [UInt8]) throws -> Fingerprint {
        guard let fingerprint = Fingerprint(exactly: bytes) else {
            throw StorageError(.corrupt, "a fingerprint is not 32 bytes")
        }
        return fingerprint
    }
}

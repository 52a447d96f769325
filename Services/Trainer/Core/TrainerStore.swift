import Contracts
import Storage
import Wire

/// What the trainer remembers: models with their files, which were in use one after the other, runs with their epochs, and
/// all that the newest run needs to go on.
///
/// Free functions over a transaction: whoever calls them decides what is committed together.
enum TrainerStore {
    static let migrations = [
        Migration(
            name: "trainer",
            sql: """
                CREATE TABLE models (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    fingerprint BLOB NOT NULL UNIQUE,
                    state INTEGER NOT NULL,
                    data_set_id BLOB NOT NULL,
                    job_id BLOB NOT NULL,
                    time_ms INTEGER NOT NULL,
                    training_loss REAL NOT NULL,
                    test_loss REAL NOT NULL,
                    epochs INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE model_files (
                    fingerprint BLOB PRIMARY KEY,
                    bytes BLOB NOT NULL
                ) STRICT;
                CREATE TABLE promotions (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    fingerprint BLOB NOT NULL,
                    time_ms INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE runs (
                    job_id BLOB PRIMARY KEY,
                    input BLOB NOT NULL
                ) STRICT;
                CREATE TABLE epochs (
                    job_id BLOB NOT NULL,
                    epoch INTEGER NOT NULL,
                    training_loss REAL NOT NULL,
                    test_loss REAL NOT NULL,
                    seconds REAL NOT NULL,
                    PRIMARY KEY (job_id, epoch)
                ) STRICT, WITHOUT ROWID;
                """
        ),
        Self.runsMigration,
    ]

    // MARK: Models

    /// Adds a model as a candidate. The same model again (same data, recipe and seed) stays what it is.
    static func insert(
        _ model: ModelSummary,
        bytes: [UInt8],
        jobID: Identifier,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO models
                (fingerprint, state, data_set_id, job_id, time_ms, training_loss, test_loss, epochs)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            model.fingerprint.bytes,
            model.state.rawValue,
            model.dataSetID.bytes,
            jobID.bytes,
            model.timeMilliseconds,
            model.trainingLoss,
            model.testLoss,
            model.epochs
        )
        try transaction.execute(
            "INSERT INTO model_files (fingerprint, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING",
            model.fingerprint.bytes,
            bytes
        )
    }

    static func hasModel(_ fingerprint: Fingerprint, in transaction: Transaction) throws -> Bool {
        try transaction.row("SELECT number FROM models WHERE fingerprint = ?", fingerprint.bytes) != nil
    }

    static func modelBytes(_ fingerprint: Fingerprint, in transaction: Transaction) throws -> [UInt8]? {
        try transaction.row("SELECT bytes FROM model_files WHERE fingerprint = ?", fingerprint.bytes)?
            .blob("bytes")
    }

    /// The trainings of the same models as `models`, all zeros where there is none.
    static func jobIDs(limit: Int, in transaction: Transaction) throws -> [Identifier] {
        try transaction.rows("SELECT job_id FROM models ORDER BY number DESC LIMIT ?", limit).map { row in
            guard let jobID = Identifier(exactly: try row.blob("job_id")) else {
                throw StorageError(.corrupt, "a model's training cannot be read")
            }
            return jobID
        }
    }

    static func modelCount(in transaction: Transaction) throws -> Int {
        try transaction.row("SELECT count(*) AS n FROM models")?.integer("n") ?? 0
    }

    /// The newest first.
    static func models(limit: Int, in transaction: Transaction) throws -> [ModelSummary] {
        try transaction.rows("SELECT * FROM models ORDER BY number DESC LIMIT ?", limit).map { row in
            guard let fingerprint = Fingerprint(exactly: try row.blob("fingerprint")),
                let dataSetID = Identifier(exactly: try row.blob("data_set_id")),
                let state = ModelState(rawValue: try row.integer("state"))
            else { throw StorageError(.corrupt, "a model's row cannot be read") }
            return ModelSummary(
                fingerprint: fingerprint,
                state: state,
                dataSetID: dataSetID,
                timeMilliseconds: try row.integer("time_ms"),
                trainingLoss: Float(try row.real("training_loss")),
                testLoss: Float(try row.real("test_loss")),
                epochs: try row.integer("epochs")
            )
        }
    }

    static func setState(
        _ state: ModelState,
        of fingerprint: Fingerprint,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "UPDATE models SET state = ? WHERE fingerprint = ?",
            state.rawValue,
            fingerprint.bytes
        )
    }

    // MARK: Promotions: a stack whose top is in use

    static func promoted(in transaction: Transaction) throws -> Fingerprint? {
        try Self.newestPromotions(limit: 1, in: transaction).first
    }

    static func newestPromotions(limit: Int, in transaction: Transaction) throws -> [Fingerprint] {
        try transaction.rows("SELECT fingerprint FROM promotions ORDER BY number DESC LIMIT ?", limit).map {
            guard let fingerprint = Fingerprint(exactly: try $0.blob("fingerprint")) else {
                throw StorageError(.corrupt, "a promotion names no model")
            }
            return fingerprint
        }
    }

    static func pushPromotion(
        _ fingerprint: Fingerprint,
        timeMilliseconds: UInt64,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "INSERT INTO promotions (fingerprint, time_ms) VALUES (?, ?)",
            fingerprint.bytes,
            timeMilliseconds
        )
    }

    static func popPromotion(in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM promotions WHERE number = (SELECT max(number) FROM promotions)"
        )
    }
}

import Contracts
import Storage
import WSSENet
import Wire

/// Trainings: what each was asked for, its epochs, and the state of the newest.
extension TrainerStore {
    /// Epochs have stages; the state of a run is kept.
    static let runsMigration = Migration(
        name: "trainer 2",
        sql: """
            ALTER TABLE runs ADD COLUMN recipe TEXT;
            ALTER TABLE runs ADD COLUMN data_set_hash BLOB;
            ALTER TABLE epochs RENAME TO epochs_1;
            CREATE TABLE epochs (
                job_id BLOB NOT NULL,
                number INTEGER NOT NULL,
                stage TEXT NOT NULL,
                epoch INTEGER NOT NULL,
                step INTEGER,
                rate REAL,
                training_loss REAL NOT NULL,
                test_loss REAL,
                is_best INTEGER NOT NULL,
                seconds REAL NOT NULL,
                PRIMARY KEY (job_id, number)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO epochs SELECT job_id, epoch, '', epoch, NULL, NULL, training_loss, test_loss, 0, seconds
                FROM epochs_1;
            DROP TABLE epochs_1;
            CREATE TABLE run_files (
                job_id BLOB NOT NULL,
                name TEXT NOT NULL,
                bytes BLOB NOT NULL,
                PRIMARY KEY (job_id, name)
            ) STRICT;
            """
    )

    /// How a wire message says that there is no test loss.
    static let noLoss: Float = -1

    /// Notes what a training was asked for, with everything filled in.
    static func insertRun(
        _ jobID: Identifier,
        _ order: StartTraining,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "INSERT INTO runs (job_id, input) VALUES (?, ?)",
            jobID.bytes,
            order.body(with: RequestOptions())
        )
    }

    static func runCount(in transaction: Transaction) throws -> Int {
        try transaction.row("SELECT count(*) AS n FROM runs")?.integer("n") ?? 0
    }

    // MARK: Under way

    /// A run knows its data and learns from them: the state of runs before it is no longer needed.
    static func noteRun(
        _ jobID: Identifier,
        recipe: String,
        dataSetHash: Fingerprint,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "UPDATE runs SET recipe = ?, data_set_hash = ? WHERE job_id = ?",
            recipe,
            dataSetHash.bytes,
            jobID.bytes
        )
        try transaction.execute("DELETE FROM run_files WHERE job_id != ?", jobID.bytes)
    }

    /// A run begins from nothing: epochs and state of a broken one are forgotten.
    static func forgetProgress(of jobID: Identifier, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM epochs WHERE job_id = ?", jobID.bytes)
        try transaction.execute("DELETE FROM run_files WHERE job_id = ?", jobID.bytes)
    }

    /// Replaces the state of a run.
    static func save(
        _ files: [String: [UInt8]],
        of jobID: Identifier,
        in transaction: Transaction
    ) throws {
        try transaction.execute("DELETE FROM run_files WHERE job_id = ?", jobID.bytes)
        for (name, bytes) in files {
            try transaction.execute(
                "INSERT INTO run_files (job_id, name, bytes) VALUES (?, ?, ?)",
                jobID.bytes,
                name,
                bytes
            )
        }
    }

    /// The state of a run; empty where there is none.
    static func files(of jobID: Identifier, in transaction: Transaction) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for row in try transaction.rows("SELECT name, bytes FROM run_files WHERE job_id = ?", jobID.bytes) {
            files[try row.text("name")] = try row.blob("bytes")
        }
        return files
    }

    // MARK: Epochs

    static func insert(
        _ epoch: EpochReport,
        secondsElapsed: Double,
        of jobID: Identifier,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO epochs
                (job_id, number, stage, epoch, step, rate, training_loss, test_loss, is_best, seconds)
            SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
            FROM epochs WHERE job_id = ?1
            """,
            jobID.bytes,
            epoch.stage.rawValue,
            epoch.epoch,
            epoch.step,
            epoch.rate,
            epoch.trainingLoss,
            epoch.testLoss,
            epoch.isBest ? 1 : 0,
            secondsElapsed
        )
    }

    /// How long a run has taken up to its last epoch.
    static func secondsElapsed(of jobID: Identifier, in transaction: Transaction) throws -> Double {
        try transaction.row("SELECT max(seconds) AS seconds FROM epochs WHERE job_id = ?", jobID.bytes)?
            .optionalReal("seconds") ?? 0
    }

    /// Steps that a run has taken, in all stages.
    static func stepCount(of jobID: Identifier, in transaction: Transaction) throws -> UInt32 {
        try transaction.row(
            """
            SELECT sum(steps) AS n FROM
                (SELECT max(step) AS steps FROM epochs WHERE job_id = ? GROUP BY stage)
            """,
            jobID.bytes
        )?.integer("n") ?? 0
    }

    /// What is known of a run; nil when no training has this id.
    static func history(of jobID: Identifier, in transaction: Transaction) throws -> RunHistory.Reply? {
        let run = try transaction.row(
            "SELECT recipe, data_set_hash FROM runs WHERE job_id = ?",
            jobID.bytes
        )
        guard let run else { return nil }
        let rows = try transaction.rows("SELECT * FROM epochs WHERE job_id = ? ORDER BY number", jobID.bytes)
        return RunHistory.Reply(
            epochs: try rows.map {
                EpochRecord(
                    epoch: try $0.integer("epoch"),
                    trainingLoss: Float(try $0.real("training_loss")),
                    testLoss: try $0.optionalReal("test_loss").map { Float($0) } ?? Self.noLoss,
                    secondsElapsed: try $0.real("seconds")
                )
            },
            stages: try rows.map { try $0.text("stage") },
            best: try rows.map { try $0.integer("is_best") == 1 },
            recipe: try run.optionalText("recipe"),
            dataSetHash: try run.optionalBlob("data_set_hash").flatMap { Fingerprint(exactly: $0) }
        )
    }
}

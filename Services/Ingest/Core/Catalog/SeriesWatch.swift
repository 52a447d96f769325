import Contracts
import ServiceKit
import Storage
import Wire

/// Tells when a series has been quiet for long enough to be complete; a late slice opens it again, as a new revision.
enum SeriesWatch {
    /// A slice of the series came or went.
    static func touch(
        _ seriesID: Identifier,
        patientID: Identifier,
        timeMilliseconds: UInt64,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO series (series_id, patient_id, changed_ms, is_open, revision) VALUES (?, ?, ?, 1, 0)
            ON CONFLICT (series_id) DO UPDATE SET changed_ms = excluded.changed_ms, is_open = 1
            """,
            seriesID.bytes,
            patientID.bytes,
            Int64(timeMilliseconds)
        )
    }

    /// Announces every open series that has not changed since `quietSince`.
    static func announceQuiet(quietSince: UInt64, events: EventLog, in transaction: Transaction) throws {
        for row in try transaction.rows(
            "SELECT series_id, patient_id, revision FROM series WHERE is_open = 1 AND changed_ms <= ?",
            Int64(quietSince)
        ) {
            let seriesID = Identifier(bytes: try row.blob("series_id"))
            let revision = try row.int("revision") + 1
            try transaction.execute(
                "UPDATE series SET is_open = 0, revision = ? WHERE series_id = ?",
                revision,
                seriesID.bytes
            )
            let count = try IngestStore.series(seriesID, in: transaction).count
            guard count > 0 else { continue }  // All its slices were removed: nothing is complete.
            let event = SeriesCompleted(
                seriesID: seriesID,
                patientID: Identifier(bytes: try row.blob("patient_id")),
                count: UInt32(count),
                revision: UInt32(revision)
            )
            try events.append(event, key: seriesID.description, in: transaction)
        }
    }
}

import Contracts
import ImageCodecs
import Storage
import Wire

/// What was refused and why. An object is known by its digest alone: file names may name patients.
enum Quarantine {
    /// Remembers a refusal; the same object again changes nothing but the reason.
    static func insert(
        _ object: Digest,
        _ refusal: DecodingRefusal,
        timeMilliseconds: UInt64,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO quarantine (object, reason, detail, time_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT (object) DO UPDATE SET reason = excluded.reason, detail = excluded.detail
            """,
            object.bytes,
            refusal.reason.rawValue,
            refusal.detail,
            Int64(timeMilliseconds)
        )
    }

    /// An object that was refused once and is taken now.
    static func release(_ object: Digest, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM quarantine WHERE object = ?", object.bytes)
    }

    static func entries(after: UInt64, limit: Int, in transaction: Transaction) throws -> [QuarantineEntry] {
        try transaction.rows(
            "SELECT number, object, reason, detail, time_ms FROM quarantine WHERE number > ? ORDER BY number LIMIT ?",
            Int64(clamping: after),
            limit
        ).map { row in
            QuarantineEntry(
                number: UInt64(try row.int("number")),
                digest: Fingerprint(bytes: try row.blob("object")),
                reason: try row.text("reason"),
                detail: try row.text("detail"),
                timeMilliseconds: UInt64(try row.int("time_ms"))
            )
        }
    }

    static func counts(in transaction: Transaction) throws -> [ReasonCount] {
        try transaction.rows(
            "SELECT reason, count(*) AS n FROM quarantine GROUP BY reason ORDER BY reason"
        ).map { ReasonCount(reason: try $0.text("reason"), count: UInt64(try $0.int("n"))) }
    }
}

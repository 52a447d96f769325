import Contracts
import Lungs
import Storage
import Wire

/// Which series have masks that were not compared with their neighbors since they last changed.
///
/// Free functions over a transaction: whoever calls them decides what is committed together.
enum SeriesStore {
    static let migration = Migration(
        name: "labeler series",
        sql: """
            ALTER TABLE lungs ADD COLUMN millimeters REAL;
            ALTER TABLE lungs ADD COLUMN is_reviewed INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX slices_by_series ON slices (series_id);
            CREATE TABLE unreviewed_series (
                series_id BLOB PRIMARY KEY, changes INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            INSERT INTO unreviewed_series
            SELECT DISTINCT series_id, 1 FROM slices WHERE offset_mm IS NOT NULL;
            """
    )

    /// A series whose masks wait to be compared.
    struct Unreviewed {
        let seriesID: Identifier
        /// Grows with each of its changes: whoever reviewed it knows by this whether there was another.
        let changes: Int
    }

    /// A slice of a series with its mask.
    struct PlacedLungs {
        let sliceID: Identifier
        let placed: PlacedMask
        /// Whether the mask is what an earlier review made of it, rather than what was found in the slice alone.
        let isReviewed: Bool
    }

    /// A slice got a mask, or is about to be removed: what was known of its series may hold no more.
    static func noteChange(of sliceID: Identifier, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO unreviewed_series (series_id, changes)
            SELECT series_id, 1 FROM slices WHERE slice_id = ? AND offset_mm IS NOT NULL
            ON CONFLICT (series_id) DO UPDATE SET changes = changes + 1
            """,
            sliceID.bytes
        )
    }

    /// All series that wait, ascending by id.
    static func unreviewed(in transaction: Transaction) throws -> [Unreviewed] {
        try transaction.rows("SELECT series_id, changes FROM unreviewed_series ORDER BY series_id").map {
            Unreviewed(
                seriesID: Identifier(bytes: try $0.blob("series_id")),
                changes: try $0.integer("changes")
            )
        }
    }

    /// Notes that a series is reviewed as it is.
    ///
    /// - Returns: false where it changed since it was listed; then it goes on waiting.
    static func finish(_ series: Unreviewed, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "DELETE FROM unreviewed_series WHERE series_id = ? AND changes = ?",
            series.seriesID.bytes,
            series.changes
        )
        return transaction.changeCount > 0
    }

    /// The slices of a series that have a place along the body and a mask, ascending by id.
    static func lungs(of seriesID: Identifier, in transaction: Transaction) throws -> [PlacedLungs] {
        try transaction.rows(
            """
            SELECT slices.slice_id, offset_mm, rows, columns, runs, millimeters, is_reviewed FROM slices
            JOIN lungs ON lungs.slice_id = slices.slice_id
            WHERE series_id = ? AND offset_mm IS NOT NULL ORDER BY slices.slice_id
            """,
            seriesID.bytes
        ).map {
            PlacedLungs(
                sliceID: Identifier(bytes: try $0.blob("slice_id")),
                placed: PlacedMask(
                    mask: try LungMask($0),
                    offsetMillimeters: try $0.real("offset_mm")
                ),
                isReviewed: try $0.bool("is_reviewed")
            )
        }
    }

    /// Forgets all series.
    static func removeAll(in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM unreviewed_series")
    }
}

extension LungMask {
    /// The mask in a row of the table `lungs`.
    init(_ row: Row) throws {
        let (rows, columns) = (
            try row.integer("rows", as: Int.self), try row.integer("columns", as: Int.self)
        )
        let millimeters = try row.optionalReal("millimeters")
        let mask = MaskRuns.decode(try row.blob("runs"), count: rows * columns).flatMap {
            LungMask(rows: rows, columns: columns, labels: $0, millimetersPerPixel: millimeters)
        }
        guard let mask else { throw StorageError(.corrupt, "a stored mask cannot be read") }
        self = mask
    }
}

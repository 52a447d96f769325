import Contracts
import Labeling
import Lungs
import ServiceKit
import Storage
import Wire

/// What the labeler remembers of slices: that they exist, their lungs, their crops.
///
/// Free functions over a transaction: whoever calls them decides what is committed together.
enum LabelerStore {
    static let migrations = [
        Migration(
            name: "labeler",
            sql: """
                CREATE TABLE slices (
                    slice_id BLOB PRIMARY KEY,
                    series_id BLOB NOT NULL,
                    patient_id BLOB NOT NULL,
                    offset_mm REAL,
                    metadata BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE lungs (
                    slice_id BLOB PRIMARY KEY,
                    contains_lung INTEGER NOT NULL,
                    rows INTEGER NOT NULL,
                    columns INTEGER NOT NULL,
                    area REAL NOT NULL,
                    runs BLOB NOT NULL,
                    crop BLOB
                ) STRICT;
                CREATE INDEX lungs_by_verdict ON lungs (contains_lung, slice_id);
                CREATE TABLE place (
                    one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL
                ) STRICT;
                INSERT INTO place (one, seq) VALUES (1, 0);
                """
        ),
        Migration(
            name: "labeler verdicts",
            sql: """
                ALTER TABLE lungs ADD COLUMN reason TEXT NOT NULL DEFAULT '';
                ALTER TABLE lungs ADD COLUMN flags TEXT NOT NULL DEFAULT '';
                """
        ),
        SeriesStore.migration,
    ]

    /// Segmenting one stored slice; the key is its id.
    static let segmenting = WorkQueue("segment", attemptsMaximum: 5)

    // MARK: Slices

    static func insert(_ slice: SliceMetadata, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT OR REPLACE INTO slices (slice_id, series_id, patient_id, offset_mm, metadata)
            VALUES (?, ?, ?, ?, ?)
            """,
            slice.sliceID.bytes,
            slice.seriesID.bytes,
            slice.patientID.bytes,
            slice.offsetMillimeters,
            slice.encodedBytes
        )
    }

    static func metadata(_ sliceID: Identifier, in transaction: Transaction) throws -> SliceMetadata? {
        try transaction.row("SELECT metadata FROM slices WHERE slice_id = ?", sliceID.bytes).map {
            try SliceMetadata(encodedBytes: try $0.blob("metadata"))
        }
    }

    static func removeSlice(_ sliceID: Identifier, in transaction: Transaction) throws {
        try SeriesStore.noteChange(of: sliceID, in: transaction)
        try transaction.execute("DELETE FROM lungs WHERE slice_id = ?", sliceID.bytes)
        try transaction.execute("DELETE FROM slices WHERE slice_id = ?", sliceID.bytes)
    }

    /// Ingest started over with another log: none of its slices is known any more. Data sets stay as they were built.
    static func removeAllSlices(in transaction: Transaction) throws {
        for row in try transaction.rows("SELECT slice_id FROM slices") {
            let sliceID = Identifier(bytes: try row.blob("slice_id"))
            try Self.segmenting.withdraw(key: sliceID.description, in: transaction)
        }
        try transaction.execute("DELETE FROM lungs")
        try transaction.execute("DELETE FROM slices")
        try SeriesStore.removeAll(in: transaction)
        try Self.setPlace(0, in: transaction)
    }

    /// How far ingest's log has taken effect here.
    static func place(in transaction: Transaction) throws -> UInt64 {
        try transaction.row("SELECT seq FROM place")?.integer("seq") ?? 0
    }

    static func setPlace(_ seq: UInt64, in transaction: Transaction) throws {
        try transaction.execute("UPDATE place SET seq = ?", seq)
    }

    // MARK: Lungs

    /// Takes what was found in a slice, in place of what was there.
    ///
    /// - Parameter isReviewed: whether a look at its series changed it; else it was found in the slice alone.
    static func insert(
        _ found: FoundLungs,
        of sliceID: Identifier,
        isReviewed: Bool = false,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT OR REPLACE INTO lungs
            (slice_id, contains_lung, rows, columns, area, runs, crop, reason, flags, millimeters, is_reviewed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            sliceID.bytes,
            found.containsLung,
            found.rows,
            found.columns,
            found.areaSquareCentimeters,
            found.labels,
            found.crop,
            found.reason,
            found.flags.joined(separator: " "),
            found.millimetersPerPixel,
            isReviewed
        )
    }

    static func lungs(of sliceID: Identifier, in transaction: Transaction) throws -> SliceLungs? {
        guard let row = try transaction.row("SELECT * FROM lungs WHERE slice_id = ?", sliceID.bytes) else {
            return nil
        }
        return SliceLungs(
            mask: try LungMask(row),
            areaSquareCentimeters: try row.real("area"),
            containsLung: try row.bool("contains_lung"),
            reason: try row.text("reason"),
            flags: try row.text("flags").split(separator: " ").map(String.init),
            crop: try row.optionalBlob("crop").map { try Self.crop($0) }
        )
    }

    /// The crop of a slice with lungs; nil when it was removed in the meantime.
    static func crop(of sliceID: Identifier, in transaction: Transaction) throws -> LungCrop? {
        try transaction.row("SELECT crop FROM lungs WHERE slice_id = ?", sliceID.bytes)?.optionalBlob("crop")
            .map { try Self.crop($0) }
    }

    private static func crop(_ bytes: [UInt8]) throws -> LungCrop {
        guard let crop = LungCrop(bytes: bytes) else {
            throw StorageError(.corrupt, "a stored crop cannot be read")
        }
        return crop
    }

    /// All slices that may become members of a data set, ascending by id.
    static func members(in transaction: Transaction) throws -> [LabelingMember] {
        try transaction.rows(
            """
            SELECT slices.slice_id, series_id, patient_id, offset_mm FROM lungs
            JOIN slices ON slices.slice_id = lungs.slice_id
            WHERE contains_lung = 1 ORDER BY slices.slice_id
            """
        ).map {
            LabelingMember(
                id: try $0.blob("slice_id"),
                patient: try $0.blob("patient_id"),
                series: try $0.blob("series_id"),
                offsetMillimeters: try $0.optionalReal("offset_mm")
            )
        }
    }

    static func counts(
        in transaction: Transaction
    ) throws -> (slices: Int, segmented: Int, withoutLung: Int) {
        func count(_ table: String) throws -> Int {
            try transaction.row("SELECT count(*) AS n FROM \(table)")?.integer("n") ?? 0
        }
        return (
            try count("slices"), try count("lungs"), try count("lungs WHERE contains_lung = 0")
        )
    }
}

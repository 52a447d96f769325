import Contracts
import Storage
import Wire

/// The catalog: slices with their pseudonyms, what object brought each, and what was refused.
///
/// Free functions over a transaction: whoever calls them decides what is committed together.
enum IngestStore {
    static let migrations = [
        Migration(
            name: "ingest",
            sql: """
                CREATE TABLE slices (
                    slice_id BLOB PRIMARY KEY,
                    series_id BLOB NOT NULL,
                    study_id BLOB NOT NULL,
                    patient_id BLOB NOT NULL,
                    offset_mm REAL,
                    pixels BLOB NOT NULL,
                    object BLOB NOT NULL,
                    metadata BLOB NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX slices_by_series ON slices (series_id);
                CREATE INDEX slices_by_study ON slices (study_id);
                CREATE INDEX slices_by_patient ON slices (patient_id);
                CREATE INDEX slices_by_pixels ON slices (pixels);
                CREATE UNIQUE INDEX slices_by_object ON slices (object);
                CREATE TABLE quarantine (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    object BLOB NOT NULL UNIQUE,
                    reason TEXT NOT NULL,
                    detail TEXT NOT NULL,
                    time_ms INTEGER NOT NULL
                );
                CREATE TABLE series (
                    series_id BLOB PRIMARY KEY,
                    patient_id BLOB NOT NULL,
                    changed_ms INTEGER NOT NULL,
                    is_open INTEGER NOT NULL,
                    revision INTEGER NOT NULL
                ) WITHOUT ROWID;
                """
        )
    ]

    // MARK: Slices

    static func insert(_ slice: StoredSlice, in transaction: Transaction) throws {
        let metadata = slice.metadata
        try transaction.execute(
            """
            INSERT INTO slices
                (slice_id, series_id, study_id, patient_id, offset_mm, pixels, object, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            metadata.sliceID.bytes,
            metadata.seriesID.bytes,
            metadata.studyID.bytes,
            metadata.patientID.bytes,
            metadata.offsetMillimeters,
            slice.pixels.bytes,
            slice.object.bytes,
            metadata.encodedBytes
        )
    }

    static func slice(_ sliceID: Identifier, in transaction: Transaction) throws -> StoredSlice? {
        try transaction.row(
            "SELECT pixels, object, metadata FROM slices WHERE slice_id = ?",
            sliceID.bytes
        ).map { try StoredSlice(row: $0) }
    }

    static func slice(object: Digest, in transaction: Transaction) throws -> StoredSlice? {
        try transaction.row(
            "SELECT pixels, object, metadata FROM slices WHERE object = ?",
            object.bytes
        ).map { try StoredSlice(row: $0) }
    }

    /// All slices within a scope, ordered by id.
    static func slices(
        _ scope: RemovalScope,
        _ id: Identifier,
        in transaction: Transaction
    ) throws -> [StoredSlice] {
        let column =
            switch scope {
            case .slice: "slice_id"
            case .series: "series_id"
            case .study: "study_id"
            case .patient: "patient_id"
            }
        return try transaction.rows(
            "SELECT pixels, object, metadata FROM slices WHERE \(column) = ? ORDER BY slice_id",
            id.bytes
        ).map { try StoredSlice(row: $0) }
    }

    /// A page of the catalog, ordered by id.
    static func page(after: Identifier?, limit: Int, in transaction: Transaction) throws -> [SliceMetadata] {
        try transaction.rows(
            "SELECT pixels, object, metadata FROM slices WHERE slice_id > ? ORDER BY slice_id LIMIT ?",
            after?.bytes ?? [],
            limit
        ).map { try StoredSlice(row: $0).metadata }
    }

    /// A series from head to feet; slices without a position come last, by id.
    static func series(_ seriesID: Identifier, in transaction: Transaction) throws -> [SliceMetadata] {
        try transaction.rows(
            """
            SELECT pixels, object, metadata FROM slices WHERE series_id = ?
            ORDER BY offset_mm IS NULL, offset_mm DESC, slice_id
            """,
            seriesID.bytes
        ).map { try StoredSlice(row: $0).metadata }
    }

    static func remove(_ sliceID: Identifier, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM slices WHERE slice_id = ?", sliceID.bytes)
    }

    /// Whether some slice still needs this pixel file.
    static func usesPixels(_ pixels: Digest, in transaction: Transaction) throws -> Bool {
        try transaction.row("SELECT 1 AS one FROM slices WHERE pixels = ? LIMIT 1", pixels.bytes) != nil
    }

    static func count(in transaction: Transaction) throws -> Int {
        Int(try transaction.row("SELECT count(*) AS n FROM slices")?.int("n") ?? 0)
    }
}

/// One row of the catalog.
struct StoredSlice: Sendable, Equatable {
    var metadata: SliceMetadata
    /// SHA-256 of the pixel file.
    let pixels: Digest
    /// SHA-256 of the object that brought it.
    let object: Digest

    init(metadata: SliceMetadata, pixels: Digest, object: Digest) {
        self.metadata = metadata
        self.pixels = pixels
        self.object = object
    }

    init(row: Row) throws {
        guard let pixels = Digest(bytes: try row.blob("pixels")),
            let object = Digest(bytes: try row.blob("object"))
        else { throw StorageError(.corrupt, "a slice's digest is not 32 bytes") }
        self.init(
            metadata: try SliceMetadata(encodedBytes: try row.blob("metadata")),
            pixels: pixels,
            object: object
        )
    }
}

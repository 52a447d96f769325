import Contracts
import Storage
import Wire

/// The data sets: immutable, named by their content.
///
/// Free functions over a transaction: whoever calls them decides what is committed together.
enum DataSetStore {
    static let migrations = [
        Migration(
            name: "labeler data sets",
            sql: """
                CREATE TABLE data_sets (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    data_set_id BLOB NOT NULL UNIQUE,
                    summary BLOB NOT NULL,
                    reply BLOB NOT NULL
                ) STRICT;
                CREATE TABLE pair_pages (
                    data_set_id BLOB NOT NULL,
                    page INTEGER NOT NULL,
                    first INTEGER NOT NULL,
                    second INTEGER NOT NULL,
                    pairs BLOB NOT NULL,
                    PRIMARY KEY (data_set_id, page)
                ) STRICT;
                """
        )
    ]

    /// Stores a data set as the newest. One that was built before, with the same content, stays as it is and becomes the
    /// newest again.
    static func insert(_ built: BuiltDataSet, in transaction: Transaction) throws {
        let id = built.reply.summary.dataSetID
        if try transaction.row("SELECT number FROM data_sets WHERE data_set_id = ?", id.bytes) != nil {
            try transaction.execute(
                """
                UPDATE data_sets SET number = (SELECT max(number) + 1 FROM data_sets)
                WHERE data_set_id = ? AND number < (SELECT max(number) FROM data_sets)
                """,
                id.bytes
            )
            return
        }
        try transaction.execute(
            "INSERT INTO data_sets (data_set_id, summary, reply) VALUES (?, ?, ?)",
            id.bytes,
            built.reply.summary.encodedBytes,
            built.reply.encodedBytes
        )
        for (number, page) in built.pages.enumerated() {
            try transaction.execute(
                "INSERT INTO pair_pages (data_set_id, page, first, second, pairs) VALUES (?, ?, ?, ?, ?)",
                id.bytes,
                number,
                page.first,
                page.second,
                page.bytes
            )
        }
    }

    /// The newest first.
    static func summaries(limit: Int, in transaction: Transaction) throws -> [DataSetSummary] {
        try transaction.rows("SELECT summary FROM data_sets ORDER BY number DESC LIMIT ?", limit).map {
            try DataSetSummary(encodedBytes: try $0.blob("summary"))
        }
    }

    static func count(in transaction: Transaction) throws -> Int {
        try transaction.row("SELECT count(*) AS n FROM data_sets")?.integer("n") ?? 0
    }

    static func dataSet(_ id: Identifier, in transaction: Transaction) throws -> FetchDataSet.Reply? {
        try transaction.row("SELECT reply FROM data_sets WHERE data_set_id = ?", id.bytes).map {
            try FetchDataSet.Reply(encodedBytes: try $0.blob("reply"))
        }
    }

    /// Pairs in their order; nil when there is no such data set.
    ///
    /// - Parameter after: pairs to pass over.
    static func pairs(
        of id: Identifier,
        after: UInt64,
        limit: Int,
        in transaction: Transaction
    ) throws -> FetchPairs.Reply? {
        guard let row = try transaction.row("SELECT summary FROM data_sets WHERE data_set_id = ?", id.bytes)
        else { return nil }
        let total = try DataSetSummary(encodedBytes: try row.blob("summary")).pairCount
        guard after < total else { return FetchPairs.Reply(pairs: [], next: nil) }
        let start = Int(after)
        let end = min(start + limit, Int(total))
        let firstPage = start / PairPage.pairCountMaximum
        let pages = try transaction.rows(
            "SELECT pairs FROM pair_pages WHERE data_set_id = ? AND page BETWEEN ? AND ? ORDER BY page",
            id.bytes,
            firstPage,
            (end - 1) / PairPage.pairCountMaximum
        )
        let bytes = try pages.flatMap { try $0.blob("pairs") }
        let skipped = (start - firstPage * PairPage.pairCountMaximum) * PairPage.pairByteCount
        let byteCount = (end - start) * PairPage.pairByteCount
        guard bytes.count >= skipped + byteCount else {
            throw StorageError(.corrupt, "pages of a data set are missing")
        }
        return FetchPairs.Reply(
            pairs: try PairPage.records(Array(bytes[skipped..<skipped + byteCount])),
            next: UInt64(end) < total ? UInt64(end) : nil
        )
    }

    /// What the newest data set says of two slices; nil unless both are members and the pair was kept.
    static func newestLabel(
        of first: Identifier,
        _ second: Identifier,
        in transaction: Transaction
    ) throws -> LabeledPairRecord? {
        guard let row = try transaction.row("SELECT reply FROM data_sets ORDER BY number DESC LIMIT 1") else {
            return nil
        }
        let dataSet = try FetchDataSet.Reply(encodedBytes: try row.blob("reply"))
        let places = [first, second].compactMap { id in
            dataSet.members.firstIndex { $0.sliceID == id }
        }.sorted()
        guard places.count == 2, places[0] < places[1] else { return nil }
        // Pairs ascend: the page is the last one that does not start behind the pair.
        let page = try transaction.row(
            """
            SELECT pairs FROM pair_pages WHERE data_set_id = ? AND (first, second) <= (?, ?)
            ORDER BY page DESC LIMIT 1
            """,
            dataSet.summary.dataSetID.bytes,
            places[0],
            places[1]
        )
        return try page.flatMap { page in
            try PairPage.records(try page.blob("pairs")).first {
                Int($0.first) == places[0] && Int($0.second) == places[1]
            }
        }
    }
}

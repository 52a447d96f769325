import Contracts
import Registration
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
        ),
        Migration(
            name: "labeler data sets: densities and registrations",
            sql: """
                ALTER TABLE pair_pages ADD COLUMN densities BLOB;
                ALTER TABLE data_sets ADD COLUMN registration BLOB;
                """
        ),
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
            "INSERT INTO data_sets (data_set_id, summary, reply, registration) VALUES (?, ?, ?, ?)",
            id.bytes,
            built.reply.summary.encodedBytes,
            built.reply.encodedBytes,
            built.registration?.serialized()
        )
        for (number, page) in built.pages.enumerated() {
            try transaction.execute(
                """
                INSERT INTO pair_pages (data_set_id, page, first, second, pairs, densities)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                id.bytes,
                number,
                page.first,
                page.second,
                page.bytes,
                page.densityBytes
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

    /// How many pairs a data set has; nil when there is no such data set.
    static func pairCount(of id: Identifier, in transaction: Transaction) throws -> Int? {
        try transaction.row("SELECT summary FROM data_sets WHERE data_set_id = ?", id.bytes).map {
            Int(try DataSetSummary(encodedBytes: try $0.blob("summary")).pairCount)
        }
    }

    /// What warped the slices of the newest data set that has such a thing; nil for none.
    static func newestRegistration(in transaction: Transaction) throws -> [UInt8]? {
        try transaction.row(
            "SELECT registration FROM data_sets WHERE registration IS NOT NULL ORDER BY number DESC LIMIT 1"
        )?.optionalBlob("registration")
    }

    /// The pairs of one page, in their order, and their density similarities; nil for those of a data set from before there
    /// were any.
    static func page(
        _ number: Int,
        of id: Identifier,
        in transaction: Transaction
    ) throws -> (pairs: [LabeledPairRecord], densities: [Float]?) {
        guard
            let row = try transaction.row(
                "SELECT pairs, densities FROM pair_pages WHERE data_set_id = ? AND page = ?",
                id.bytes,
                number
            )
        else { throw StorageError(.corrupt, "pages of a data set are missing") }
        let pairs = try PairPage.records(try row.blob("pairs"))
        let densities = try row.optionalBlob("densities").map { try PairPage.densities($0) }
        guard densities?.count ?? pairs.count == pairs.count else {
            throw StorageError(.corrupt, "a page of a data set has too few densities")
        }
        return (pairs, densities)
    }

    /// Pairs in their order; nil when there is no such data set.
    ///
    /// - Parameters:
    ///   - after: pairs to pass over, whatever the filter says of them.
    ///   - limit: most pairs of the answer.
    ///   - filter: which pairs are wanted; those that are not are passed over, at most `pairsPassedMaximum` of them.
    static func pairs(
        of id: Identifier,
        after: UInt64,
        limit: Int,
        matching filter: PairFilter,
        in transaction: Transaction
    ) throws -> FetchPairs.Reply? {
        guard let total = try Self.pairCount(of: id, in: transaction) else { return nil }
        guard after < total else { return FetchPairs.Reply(pairs: [], next: nil) }
        let size = PairPage.pairCountMaximum
        let start = Int(after)
        let end = min(total, start + max(limit, Self.pairsPassedMaximum))
        var found: [LabeledPairRecord] = []
        var densities: [Float] = []
        var place = start
        while place < end, found.count < limit {
            let page = try Self.page(place / size, of: id, in: transaction)
            let rest = page.pairs.indices.dropFirst(place % size).prefix(end - place)
            guard !rest.isEmpty else { throw StorageError(.corrupt, "a page of a data set is too short") }
            for index in rest where found.count < limit {
                if filter.wants(page.pairs[index]) {
                    found.append(page.pairs[index])
                    if let density = page.densities?[index] { densities.append(density) }
                }
                place += 1
            }
        }
        return FetchPairs.Reply(
            pairs: found,
            next: place < total ? UInt64(place) : nil,
            densities: densities.count == found.count ? densities : nil
        )
    }

    /// Pairs that one request looks at, at most: it answers well within a second.
    private static let pairsPassedMaximum = 200_000

    /// What the newest data set says of two slices; nil unless both are members and the pair was kept.
    static func newestLabel(
        of first: Identifier,
        _ second: Identifier,
        in transaction: Transaction
    ) throws -> (pair: LabeledPairRecord, density: Float?)? {
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
            SELECT page FROM pair_pages WHERE data_set_id = ? AND (first, second) <= (?, ?)
            ORDER BY page DESC LIMIT 1
            """,
            dataSet.summary.dataSetID.bytes,
            places[0],
            places[1]
        )
        guard let number = try page?.integer("page", as: Int.self) else { return nil }
        let (pairs, densities) = try Self.page(number, of: dataSet.summary.dataSetID, in: transaction)
        let found = pairs.firstIndex { Int($0.first) == places[0] && Int($0.second) == places[1] }
        return found.map { (pairs[$0], densities?[$0]) }
    }
}

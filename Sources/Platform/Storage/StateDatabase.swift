internal import GRDB

/// One step from one version of the tables to the next. A released step never changes; a new one is added.
package struct Migration: Sendable {
    /// Told apart from other migrations by this.
    package let name: String
    /// The statements that it runs once.
    package let sql: String

    /// Names a step; the statements of `sql` run together with the note that it was done.
    package init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }
}

/// The durable state of one service: SQLite in WAL mode, one writer, several readers.
///
/// A write which returned is on the disk (`synchronous=FULL`) and visible to every later read; a write which threw,
/// or whose process died, left nothing. Writes are serial; reads see the last commit before they started.
package struct StateDatabase: Sendable {
    private static let readersMaximum = 4
    private static let busySeconds = 5.0
    private let writer: any DatabaseWriter
    private let group: CommitGroup

    /// Opens or creates the file and brings its tables up to date.
    ///
    /// - Throws: `StorageError` of kind `newerData` when a newer program wrote the file, else `database`.
    package init(path: String, migrations: [Migration]) throws {
        self.writer = try storageErrors {
            let pool = try DatabasePool(path: path, configuration: Self.configuration())
            // GRDB asks for NORMAL when it turns WAL on, which may lose the last commits when the power goes.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return pool
        }
        group = CommitGroup(writer: writer)
        try migrate(migrations)
    }

    /// Opens empty tables in memory, for services which can rebuild everything and for tests.
    package init(inMemory migrations: [Migration]) throws {
        self.writer = try storageErrors { try DatabaseQueue(configuration: Self.configuration()) }
        group = CommitGroup(writer: writer)
        try migrate(migrations)
    }

    /// Runs a transaction which may change state: it commits when the body returns and rolls back when it throws.
    ///
    /// Writes that wait at the same time are committed together, which costs one sync of the disk for all; each still
    /// takes effect, or fails, by itself. The body must not wait for anything but the database: every other writer waits
    /// for it.
    package func write<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        do {
            return try await group.write(body)
        } catch let error as DatabaseError {
            return try storageErrors { throw error }
        }
    }

    /// Runs queries on one snapshot, beside writers.
    package func read<T: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        do {
            return try await writer.read { try body(Transaction(database: $0)) }
        } catch let error as DatabaseError {
            return try storageErrors { throw error }
        }
    }

    /// Runs queries on one snapshot, on a thread that may wait: for work that runs off the pool anyway.
    package func readBlocking<T>(_ body: (Transaction) throws -> T) throws -> T {
        try storageErrors { try writer.read { try body(Transaction(database: $0)) } }
    }

    /// Moves the write-ahead log into the main file, so that a copy of that file alone is complete.
    package func checkpoint() async throws {
        do {
            try await writer.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        } catch let error as DatabaseError {
            try storageErrors { throw error }
        }
    }

    /// Closes every connection; later calls throw.
    package func close() throws {
        try storageErrors { try writer.close() }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busySeconds)
        configuration.maximumReaderCount = readersMaximum
        configuration.prepareDatabase { database in
            // The root may be read-only: sorting must not look for a place in /tmp.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    private func migrate(_ migrations: [Migration]) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
        }
        try storageErrors {
            if try writer.read(migrator.hasBeenSuperseded) {
                throw StorageError(.newerData, "a newer release wrote this data folder")
            }
            try migrator.migrate(writer)
        }
    }
}

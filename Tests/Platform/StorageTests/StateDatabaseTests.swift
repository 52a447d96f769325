import Storage
import Testing

@Suite("State in SQLite")
struct StateDatabaseTests {
    private static let numbers = Migration(
        name: "numbers 1",
        sql:
            "CREATE TABLE numbers(id INTEGER PRIMARY KEY, value REAL, name TEXT, bytes BLOB, isOdd INTEGER) STRICT"
    )

    private struct Interruption: Error {}

    @Test("what a write committed is there after a reopening, with every type")
    func survivesReopening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/state.sqlite"
        let first = try StateDatabase(path: path, migrations: [Self.numbers])
        try await first.write {
            try $0.execute(
                "INSERT INTO numbers VALUES (?, ?, ?, ?, ?)",
                UInt64(7),
                1.5,
                "seven",
                [UInt8]([0, 255, 3]),
                true
            )
            try $0.execute("INSERT INTO numbers(id, name) VALUES (?, ?)", 8, nil)
        }
        try first.close()

        let second = try StateDatabase(path: path, migrations: [Self.numbers])
        let rows = try await second.read { try $0.rows("SELECT * FROM numbers ORDER BY id") }
        #expect(rows.count == 2)
        let row = try #require(rows.first)
        #expect(try row.int("id") == 7)
        #expect(try row.integer("id", as: UInt8.self) == 7)
        #expect(try row.real("value") == 1.5)
        #expect(try row.text("name") == "seven")
        #expect(try row.blob("bytes") == [0, 255, 3])
        #expect(try row.bool("isOdd"))
        #expect(try rows[1].optionalText("name") == nil)
        #expect(throws: StorageError.self) { try rows[1].text("name") }
        #expect(throws: StorageError.self) { try row.int("absent") }
    }

    @Test("a transaction which throws leaves nothing and rings nothing")
    func rollsBack() async throws {
        let folder = try TemporaryFolder()
        let database = try StateDatabase(path: folder.path + "/state.sqlite", migrations: [Self.numbers])
        let rings = Counter()
        await #expect(throws: Interruption.self) {
            try await database.write { transaction in
                try transaction.execute("INSERT INTO numbers(id) VALUES (1)")
                transaction.afterCommit { rings.increment() }
                throw Interruption()
            }
        }
        #expect(try await database.read { try $0.rows("SELECT id FROM numbers") }.isEmpty)
        #expect(rings.value == 0)

        try await database.write { transaction in
            try transaction.execute("INSERT INTO numbers(id) VALUES (1)")
            #expect(transaction.changeCount == 1)
            for _ in 0..<3 { transaction.afterCommit { rings.increment() } }
        }
        #expect(rings.value == 3)
        try await database.write { try $0.execute("INSERT INTO numbers(id) VALUES (2)") }
        #expect(rings.value == 3)
    }

    @Test("commits are synced: WAL and synchronous FULL, foreign keys on")
    func pragmas() async throws {
        let folder = try TemporaryFolder()
        let database = try StateDatabase(path: folder.path + "/state.sqlite", migrations: [])
        let values = try await database.write { transaction in
            [
                try transaction.row("PRAGMA journal_mode")?.text("journal_mode"),
                try transaction.row("PRAGMA synchronous")?.int("synchronous").description,
                try transaction.row("PRAGMA foreign_keys")?.int("foreign_keys").description,
            ]
        }
        #expect(values == ["wal", "2", "1"])
    }

    @Test("a reader cannot write, and an error holds no bound value")
    func readerCannotWrite() async throws {
        let folder = try TemporaryFolder()
        let database = try StateDatabase(path: folder.path + "/state.sqlite", migrations: [Self.numbers])
        await #expect(throws: StorageError.self) {
            try await database.read { try $0.execute("INSERT INTO numbers(id) VALUES (1)") }
        }
        try await database.write {
            try $0.execute("INSERT INTO numbers(id, name) VALUES (1, ?)", "SMITH^JOHN")
        }
        let error = await #expect(throws: StorageError.self) {
            try await database.write {
                try $0.execute("INSERT INTO numbers(id, name) VALUES (1, ?)", "SMITH^JOHN")
            }
        }
        #expect(error?.kind == .database)
        #expect(error?.text.contains("SMITH") == false)
    }

    @Test("data of a newer release is refused, in memory each database is new")
    func newerData() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/state.sqlite"
        let later = Migration(name: "numbers 2", sql: "ALTER TABLE numbers ADD COLUMN note TEXT")
        try StateDatabase(path: path, migrations: [Self.numbers, later]).close()
        let error = #expect(throws: StorageError.self) {
            try StateDatabase(path: path, migrations: [Self.numbers])
        }
        #expect(error?.kind == .newerData)

        let memory = try StateDatabase(inMemory: [Self.numbers])
        try await memory.write { try $0.execute("INSERT INTO numbers(id) VALUES (1)") }
        let other = try StateDatabase(inMemory: [Self.numbers])
        #expect(try await other.read { try $0.rows("SELECT id FROM numbers") }.isEmpty)
    }

    @Test("after a checkpoint the main file alone holds everything")
    func checkpoint() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/state.sqlite"
        let database = try StateDatabase(path: path, migrations: [Self.numbers])
        try await database.write { try $0.execute("INSERT INTO numbers(id) VALUES (41)") }
        try await database.checkpoint()
        let copy = folder.path + "/copy.sqlite"
        try DurableFile.write(try #require(try DurableFile.read(path)), to: copy)
        let reopened = try StateDatabase(path: copy, migrations: [Self.numbers])
        #expect(try await reopened.read { try $0.row("SELECT id FROM numbers")?.int("id") } == 41)
    }
}

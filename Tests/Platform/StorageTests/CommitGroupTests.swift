import Dispatch
import Storage
import Synchronization
import Testing

/// Writes that wait together are committed together, and each still succeeds or fails by itself.
@Suite("Commits together", .timeLimit(.minutes(1)))
struct CommitGroupTests {
    private static let numbers = Migration(
        name: "numbers 1",
        sql: "CREATE TABLE numbers(id INTEGER PRIMARY KEY) STRICT"
    )

    private struct Interruption: Error {}

    /// What happened, in its order.
    private final class Diary: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { self.lines.withLock { $0 } }

        func note(_ line: String) { self.lines.withLock { $0.append(line) } }
    }

    /// A database whose next writes all wait until `release` is signaled, so that they come together.
    private static func held(
        _ folder: borrowing TemporaryFolder
    ) throws -> (database: StateDatabase, release: DispatchSemaphore, holder: Task<Void, any Error>) {
        let database = try StateDatabase(path: folder.path + "/state.sqlite", migrations: [Self.numbers])
        let (started, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let holder = Task {
            try await database.write { _ in
                started.signal()
                release.wait()
            }
        }
        started.wait()
        return (database, release, holder)
    }

    private static func ids(_ database: StateDatabase) async throws -> [Int64] {
        try await database.read { try $0.rows("SELECT id FROM numbers ORDER BY id").map { try $0.int("id") } }
    }

    @Test("one that throws leaves nothing and rings nothing, and fails no other")
    func failures() async throws {
        let folder = try TemporaryFolder()
        let (database, release, holder) = try Self.held(folder)
        let diary = Diary()
        let writes = (0..<20).map { number in
            Task {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO numbers(id) VALUES (?)", number)
                    transaction.afterCommit { diary.note("\(number)") }
                    if number % 3 == 0 { throw Interruption() }
                    // The same number a second time: an error of SQLite's own.
                    if number % 3 == 1 {
                        try transaction.execute("INSERT INTO numbers(id) VALUES (?)", number)
                    }
                }
            }
        }
        release.signal()
        for (number, write) in writes.enumerated() {
            switch number % 3 {
            case 0: await #expect(throws: Interruption.self) { try await write.value }
            case 1: await #expect(throws: StorageError.self) { try await write.value }
            default: try await write.value
            }
        }
        try await holder.value
        let kept = (0..<20).filter { $0 % 3 == 2 }
        #expect(try await Self.ids(database) == kept.map { Int64($0) })
        #expect(Set(diary.all) == Set(kept.map { "\($0)" }) && diary.all.count == kept.count)
    }

    /// Ten writes that wait for the same one, as far as they have asked by the time when it ends.
    private static func together() async throws -> [String] {
        let folder = try TemporaryFolder()
        let (database, release, holder) = try Self.held(folder)
        let diary = Diary()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await database.write { transaction in
                        try transaction.execute("INSERT INTO numbers(id) VALUES (?)", number)
                        diary.note("write")
                        transaction.afterCommit { diary.note("after") }
                    }
                }
            }
            for _ in 0..<1_000 { await Task.yield() }
            release.signal()
            try await group.waitForAll()
        }
        try await holder.value
        #expect(try await Self.ids(database).count == 10)
        return diary.all
    }

    @Test("those that wait together share a commit; what is to be done after it comes after all of them")
    func sharing() async throws {
        // Whether all have asked in time is the scheduler's to say, but not again and again.
        let expected = Array(repeating: "write", count: 10) + Array(repeating: "after", count: 10)
        var hasShared = false
        for _ in 0..<50 where !hasShared { hasShared = try await Self.together() == expected }
        #expect(hasShared)
    }

    @Test("who ends the group is followed by nobody before what it does after its commit is done")
    func endingTheGroup() async throws {
        let folder = try TemporaryFolder()
        let (database, release, holder) = try Self.held(folder)
        let diary = Diary()
        let writes = (0..<8).map { number in
            Task {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO numbers(id) VALUES (?)", number)
                    diary.note("write \(number)")
                    transaction.endGroup()
                    transaction.afterCommit { diary.note("after \(number)") }
                }
            }
        }
        release.signal()
        for write in writes { try await write.value }
        try await holder.value
        let lines = diary.all
        #expect(lines.count == 16)
        for place in stride(from: 0, to: lines.count - 1, by: 2) {
            #expect(lines[place].replacing("write", with: "after") == lines[place + 1])
        }
    }

    @Test("a database that is closed refuses")
    func closed() async throws {
        let folder = try TemporaryFolder()
        let database = try StateDatabase(path: folder.path + "/state.sqlite", migrations: [Self.numbers])
        try database.close()
        await #expect(throws: StorageError.self) {
            try await database.write { try $0.execute("INSERT INTO numbers(id) VALUES (1)") }
        }
    }
}

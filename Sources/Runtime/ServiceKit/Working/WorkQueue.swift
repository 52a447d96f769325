package import Contracts
package import Storage
internal import Synchronization

/// Work that can never succeed: it goes to the dead letters at once.
package struct PermanentFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why, in words without patient data.
    package let description: String

    /// Says why, without any identifier of a patient.
    package init(_ reason: String) {
        description = reason
    }
}

/// One piece of durable work as a worker gets it.
package struct WorkItem: Sendable, Equatable {
    let id: Int64
    /// What the work is about; unique within its queue.
    package let key: String
    /// What the work is about, as whoever enqueued it wrote it.
    package let payload: [UInt8]
    /// 1 for the first try.
    package let attempt: Int
    /// Whether a failure of this try sends the work to the dead letters.
    package let isLastAttempt: Bool
    /// How often the work was put off because a peer was away.
    let delays: Int
}

/// Durable work under a name, done at least once and finished in the transaction of its result.
///
/// Work is unique by queue and key. Enqueueing a key again replaces the payload and starts counting anew; when the key is
/// being worked on at that moment, it is worked on once more afterwards.
package struct WorkQueue: Sendable {
    /// The tables of all queues.
    package static let migration = Migration(
        name: "kit work 1",
        sql: """
            CREATE TABLE work(
                id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, key TEXT NOT NULL,
                payload BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, delays INTEGER NOT NULL DEFAULT 0,
                next_ms INTEGER NOT NULL DEFAULT 0, error TEXT, UNIQUE(queue, key)
            ) STRICT;
            CREATE INDEX work_by_time ON work(queue, next_ms, id);
            CREATE TABLE dead_letters(
                queue TEXT NOT NULL, key TEXT NOT NULL, payload BLOB NOT NULL, attempts INTEGER NOT NULL,
                reason TEXT NOT NULL, time_ms INTEGER NOT NULL, PRIMARY KEY(queue, key)
            ) STRICT;
            """
    )

    /// The queue's name in the database.
    package let name: String
    /// How many failures send a piece of work to the dead letters.
    package let attemptsMaximum: Int
    /// Pause after the first failure; it doubles with each further one up to a minute.
    package let pause: Duration
    let bells = BellList()

    /// Names a queue.
    package init(_ name: String, attemptsMaximum: Int = 5, pause: Duration = .milliseconds(500)) {
        self.name = name
        self.attemptsMaximum = attemptsMaximum
        self.pause = pause
    }

    /// Adds work within a change; workers start after the commit.
    package func enqueue(key: String, payload: [UInt8] = [], in transaction: Transaction) throws {
        // A new id tells a worker which runs under the old one that its work was replaced.
        try transaction.execute(
            "INSERT OR REPLACE INTO work(queue, key, payload) VALUES (?, ?, ?)",
            name,
            key,
            payload
        )
        try transaction.execute("DELETE FROM dead_letters WHERE queue = ? AND key = ?", name, key)
        let bells = bells
        transaction.afterCommit { bells.ring() }
    }

    /// Takes back work that nobody needs anymore; a worker that already has it still finishes.
    package func withdraw(key: String, in transaction: Transaction) throws {
        try transaction.execute("DELETE FROM work WHERE queue = ? AND key = ?", name, key)
        try transaction.execute("DELETE FROM dead_letters WHERE queue = ? AND key = ?", name, key)
    }

    /// How much work waits or runs.
    package func count(in transaction: Transaction) throws -> Int {
        let row = try transaction.row("SELECT count(*) AS n FROM work WHERE queue = ?", name)
        return try row?.integer("n") ?? 0
    }

    /// How much work was put aside.
    package func deadLetterCount(in transaction: Transaction) throws -> Int {
        let row = try transaction.row("SELECT count(*) AS n FROM dead_letters WHERE queue = ?", name)
        return try row?.integer("n") ?? 0
    }

    /// What was put aside, the newest first.
    package func deadLetters(limit: Int, in transaction: Transaction) throws -> [DeadLetter] {
        try transaction.rows(
            "SELECT * FROM dead_letters WHERE queue = ? ORDER BY time_ms DESC, key LIMIT ?",
            name,
            limit
        ).map { try DeadLetter($0) }
    }
}

extension DeadLetter {
    /// The newest dead letters of all queues.
    static func list(limit: Int, in transaction: Transaction) throws -> [DeadLetter] {
        try transaction.rows("SELECT * FROM dead_letters ORDER BY time_ms DESC, queue, key LIMIT ?", limit)
            .map { try DeadLetter($0) }
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            key: try row.text("key"),
            kind: try row.text("queue"),
            attempts: try row.integer("attempts"),
            reason: try row.text("reason"),
            timeMilliseconds: try row.integer("time_ms")
        )
    }

    /// Puts every dead letter back to work and returns how many there were.
    ///
    /// Newer work under the same key wins over a letter. The caller rings the queues after the commit.
    static func retryAll(in transaction: Transaction) throws -> Int {
        let count = try transaction.row("SELECT count(*) AS n FROM dead_letters")?.integer("n", as: Int.self)
        try transaction.execute(
            """
            INSERT INTO work(queue, key, payload) SELECT queue, key, payload FROM dead_letters WHERE true
            ON CONFLICT DO NOTHING
            """
        )
        try transaction.execute("DELETE FROM dead_letters")
        return count ?? 0
    }
}

/// The bells of every loop that works on one queue: tests run several services in one process.
final class BellList: Sendable {
    private let bells = Mutex<[ObjectIdentifier: Bell]>([:])

    func add(_ bell: Bell) {
        bells.withLock { $0[ObjectIdentifier(bell)] = bell }
    }

    func remove(_ bell: Bell) {
        bells.withLock { $0[ObjectIdentifier(bell)] = nil }
    }

    func ring() {
        for bell in bells.withLock({ Array($0.values) }) { bell.ring() }
    }
}

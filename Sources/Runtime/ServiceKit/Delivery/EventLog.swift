package import Storage
internal import Synchronization
package import Wire

/// The durable log of one service: what happened, in order, without a gap.
///
/// An event is appended in the transaction of the change that it tells: both are there or neither. After the commit the
/// doorbell rings by itself. The log id is random per data folder, so that a follower sees when a log was replaced.
package final class EventLog: Sendable {
    /// The tables of a log.
    package static let migration = Migration(
        name: "kit events 1",
        sql: """
            CREATE TABLE log(
                one INTEGER PRIMARY KEY CHECK (one = 1), log_id BLOB NOT NULL, head_seq INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE events(
                seq INTEGER PRIMARY KEY, service INTEGER NOT NULL, operation INTEGER NOT NULL,
                schema INTEGER NOT NULL, key TEXT NOT NULL, time_ms INTEGER NOT NULL, body BLOB NOT NULL
            ) STRICT;
            """
    )

    /// The newest event of one kind that no doorbell has told yet.
    struct News: Equatable, Sendable {
        let kind: MessageKind
        let seq: UInt64
        let key: String
    }

    /// A piece of the log, with where the log stands.
    package struct Batch: Sendable, Equatable {
        /// Names this log; another data folder has another.
        package let logID: Identifier
        /// The newest event.
        package let headSeq: UInt64
        /// The oldest event which is still there; 0 in an empty log.
        package let firstSeq: UInt64
        /// Oldest first.
        package let events: [EventRecord]
    }

    private struct State {
        var headSeq: UInt64
        var news: [MessageKind: News] = [:]
        var waiting: [UInt64: Bell] = [:]
        var nextWaiter: UInt64 = 0
    }

    /// Names this log; another data folder has another.
    package let logID: Identifier
    private let database: StateDatabase
    private let clock: WallClock
    private let state: Mutex<State>
    /// Rings after each commit that appended.
    let newsBell = Bell()

    /// Opens the log of a data folder, or starts one under a random id.
    package init(database: StateDatabase, clock: WallClock = .system) async throws {
        let (logID, headSeq) = try await database.write { transaction in
            try transaction.execute(
                "INSERT INTO log(one, log_id, head_seq) VALUES (1, ?, 0) ON CONFLICT DO NOTHING",
                Identifier.random().bytes
            )
            guard let row = try transaction.row("SELECT log_id, head_seq FROM log"),
                let logID = Identifier(exactly: try row.blob("log_id"))
            else { throw StorageError(.corrupt, "the log has no id") }
            return (logID, try row.integer("head_seq", as: UInt64.self))
        }
        self.database = database
        self.clock = clock
        self.logID = logID
        self.state = Mutex(State(headSeq: headSeq))
    }

    /// The newest committed event; 0 while there is none.
    package var headSeq: UInt64 { state.withLock(\.headSeq) }

    /// Appends an event within a change. It is told after the commit; a transaction that fails tells nothing.
    ///
    /// - Parameter key: what the event is about; never an identifier of a patient.
    /// - Returns: the event's place in the log.
    @discardableResult
    package func append<Event: WireEvent>(
        _ event: Event,
        key: String,
        in transaction: Transaction
    ) throws -> UInt64 {
        guard let row = try transaction.row("UPDATE log SET head_seq = head_seq + 1 RETURNING head_seq")
        else {
            throw StorageError(.corrupt, "the log has no head")
        }
        let seq = try row.integer("head_seq", as: UInt64.self)
        try transaction.execute(
            "INSERT INTO events(seq, service, operation, schema, key, time_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            seq,
            Event.kind.service.rawValue,
            Event.kind.operation.rawValue,
            Event.schema,
            key,
            clock.now(),
            event.body
        )
        let news = News(kind: Event.kind, seq: seq, key: key)
        transaction.afterCommit { [weak self] in self?.tell(news) }
        return seq
    }

    /// Reads events in order, at least one if there is any, until a limit is reached.
    ///
    /// - Parameters:
    ///   - seq: the last event which the reader knows.
    ///   - limit: most events of the batch.
    ///   - byteCountMaximum: most bytes of bodies and keys, but for the first event.
    package func read(
        after seq: UInt64,
        limit: Int,
        byteCountMaximum: Int = Limits.eventsBytesMaximum
    ) async throws -> Batch {
        let logID = logID
        let count = min(limit, Limits.eventsMaximum)
        return try await database.read { transaction in
            guard let log = try transaction.row("SELECT head_seq FROM log") else {
                throw StorageError(.corrupt, "the log has no head")
            }
            let headSeq = try log.integer("head_seq", as: UInt64.self)
            let first = try transaction.row("SELECT min(seq) AS seq FROM events")?.optionalInt("seq")
            let rows = try transaction.rows(
                "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
                seq,
                count
            )
            var events: [EventRecord] = []
            var byteCount = 0
            for row in rows {
                let event = try EventRecord(row)
                byteCount += event.body.count + event.key.utf8.count
                if !events.isEmpty && byteCount > byteCountMaximum { break }
                events.append(event)
            }
            let firstSeq = first.map { UInt64(clamping: $0) } ?? (headSeq == 0 ? 0 : headSeq + 1)
            return Batch(logID: logID, headSeq: headSeq, firstSeq: firstSeq, events: events)
        }
    }

    /// Returns when the log is longer than `seq` or the time has passed.
    package func waitForEvent(after seq: UInt64, atMost duration: Duration) async {
        let bell = Bell()
        let waiter = state.withLock { state -> UInt64? in
            guard state.headSeq <= seq else { return nil }
            state.nextWaiter += 1
            state.waiting[state.nextWaiter] = bell
            return state.nextWaiter
        }
        guard let waiter else { return }
        await bell.wait(atMost: duration)
        state.withLock { $0.waiting[waiter] = nil }
    }

    /// What the doorbell has to tell: the newest event of each kind, in the order of the log.
    func takeNews() -> [News] {
        state.withLock { state in
            defer { state.news = [:] }
            return state.news.values.sorted { $0.seq < $1.seq }
        }
    }

    private func tell(_ news: News) {
        let waiting = state.withLock { state in
            state.headSeq = max(state.headSeq, news.seq)
            state.news[news.kind] = news
            return Array(state.waiting.values)
        }
        newsBell.ring()
        for bell in waiting { bell.ring() }
    }
}

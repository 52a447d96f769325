internal import Logging
internal import Storage
internal import Synchronization
internal import Wire

/// Lets each event of a peer's log take effect exactly once: the effect and the place in the log are one transaction.
struct Follower: TailSink {
    typealias Apply = @Sendable (Transaction, EventRecord) throws -> Void

    /// The table of the places.
    static let migration = Migration(
        name: "kit followers 1",
        sql:
            "CREATE TABLE followers(name TEXT PRIMARY KEY, log_id BLOB NOT NULL, seq INTEGER NOT NULL) STRICT"
    )

    let name: String
    let database: StateDatabase
    let clock: WallClock
    let timing: TailTiming
    let logger: Logger
    let onReplaced: (@Sendable (Transaction) throws -> Void)?
    let applyEvent: Apply

    /// Where events go which fail again and again; retried by `RetryDeadLetters`.
    var queue: WorkQueue { WorkQueue("follow.\(name)") }

    func position() async throws -> LogPosition? {
        let name = name
        return try await database.read { try Self.position(of: name, in: $0) }
    }

    func restart(at start: LogPosition) async throws {
        let (name, onReplaced) = (name, onReplaced)
        try await database.write { transaction in
            let isFirst = try Self.position(of: name, in: transaction) == nil
            if !isFirst { try onReplaced?(transaction) }
            try Self.save(start, of: name, in: transaction)
        }
    }

    func apply(_ events: [EventRecord], of logID: Identifier) async throws -> UInt64 {
        do {
            return try await write(events, of: logID)
        } catch {
            try Task.checkCancellation()
            guard let first = events.first else { throw error }
            // One event may be to blame: the others must not wait for it.
            guard events.count > 1 else { return try await retry(first, of: logID, after: error) }
            do {
                return try await write([first], of: logID)
            } catch {
                return try await retry(first, of: logID, after: error)
            }
        }
    }

    /// The effects and the new place in one transaction.
    private func write(_ events: [EventRecord], of logID: Identifier) async throws -> UInt64 {
        let (name, applyEvent) = (name, applyEvent)
        return try await database.write { transaction in
            guard var place = try Self.position(of: name, in: transaction), place.logID == logID else {
                throw BrokenLog(description: "the place in the log was changed by someone else")
            }
            for event in events where event.seq > place.seq {
                try applyEvent(transaction, event)
                place = LogPosition(logID: logID, seq: event.seq)
            }
            try Self.save(place, of: name, in: transaction)
            return place.seq
        }
    }

    private func retry(
        _ event: EventRecord,
        of logID: Identifier,
        after error: any Error
    ) async throws -> UInt64 {
        var error = error
        for failures in 1..<max(timing.attemptsMaximum, 1) {
            guard verdict(on: error) != .giveUp else { break }
            try await Task.sleep(
                for: pause(first: timing.pauseMinimum, longest: timing.pauseMaximum, failures: failures)
            )
            do {
                return try await write([event], of: logID)
            } catch let next {
                try Task.checkCancellation()
                error = next
            }
        }
        return try await bury(event, of: logID, reason(of: error))
    }

    /// Sets an event aside with its reason and goes on behind it.
    private func bury(_ event: EventRecord, of logID: Identifier, _ text: String) async throws -> UInt64 {
        logger.error(
            "an event is set aside",
            metadata: ["peer": "\(name)", "seq": "\(event.seq)", "reason": "\(text)"]
        )
        let (name, queue, attempts, now) = (name, queue.name, timing.attemptsMaximum, clock.now())
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT OR REPLACE INTO dead_letters(queue, key, payload, attempts, reason, time_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                queue,
                "\(event.seq)",
                event.storedBytes,
                attempts,
                text,
                now
            )
            try Self.save(LogPosition(logID: logID, seq: event.seq), of: name, in: transaction)
        }
        return event.seq
    }

    private static func position(of name: String, in transaction: Transaction) throws -> LogPosition? {
        guard let row = try transaction.row("SELECT log_id, seq FROM followers WHERE name = ?", name) else {
            return nil
        }
        guard let logID = Identifier(exactly: try row.blob("log_id")) else {
            throw StorageError(.corrupt, "a follower's log has no id")
        }
        return LogPosition(logID: logID, seq: try row.integer("seq"))
    }

    private static func save(
        _ place: LogPosition,
        of name: String,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "INSERT OR REPLACE INTO followers(name, log_id, seq) VALUES (?, ?, ?)",
            name,
            place.logID.bytes,
            place.seq
        )
    }
}

extension EventRecord {
    /// The record as a dead letter keeps it.
    var storedBytes: [UInt8] {
        var writer = FrameWriter()
        writer.integer(seq)
        writer.integer(kind.service.rawValue)
        writer.integer(kind.operation.rawValue)
        writer.integer(schema)
        writer.write(key)
        writer.integer(timeMilliseconds)
        writer.raw(body)
        return writer.bytes
    }

    init(storedBytes bytes: [UInt8]) throws(WireError) {
        var reader = FrameReader(bytes, startingAt: 0)
        let seq: UInt64 = try reader.integer("seq")
        let service = ServiceNumber(rawValue: try reader.integer("service"))
        let kind = MessageKind(service, try reader.integer("operation"))
        let schema: UInt8 = try reader.integer("schema")
        let key = try reader.string("key")
        let time: UInt64 = try reader.integer("time")
        let body = try reader.raw("body", count: reader.remaining)
        self.init(seq: seq, kind: kind, schema: schema, key: key, timeMilliseconds: time, body: body)
    }
}

/// Follows a log into memory: for services which can rebuild their state and keep none on disk.
///
/// Each batch takes effect before the place moves; a batch whose effect throws comes again, so `apply` must leave
/// nothing behind when it throws.
package final class VolatileFollower: TailSink {
    private let place: Mutex<LogPosition?>
    private let onReplaced: @Sendable () async throws -> Void
    private let applyEvents: @Sendable ([EventRecord], LogPosition) async throws -> Void
    let status: TailStatus

    init(
        status: TailStatus,
        from place: LogPosition?,
        onReplaced: @escaping @Sendable () async throws -> Void,
        apply: @escaping @Sendable ([EventRecord], LogPosition) async throws -> Void
    ) {
        self.status = status
        self.place = Mutex(place)
        self.onReplaced = onReplaced
        applyEvents = apply
    }

    /// The place after the last event that took effect; nil before the first contact.
    package var current: LogPosition? { place.withLock { $0 } }

    /// The newest event that the peer told of.
    package var headSeq: UInt64 {
        let standing = status.current
        return (current?.seq ?? 0) + standing.lag
    }

    /// Whether everything was there once since the start (or since the log was replaced).
    package var hasCaughtUp: Bool { status.current.hasCaughtUp }

    func position() async throws -> LogPosition? { current }

    func restart(at start: LogPosition) async throws {
        status.update { $0.hasCaughtUp = false }
        if current != nil { try await onReplaced() }
        place.withLock { $0 = start }
    }

    func apply(_ events: [EventRecord], of logID: Identifier) async throws -> UInt64 {
        let last = LogPosition(logID: logID, seq: events.last?.seq ?? current?.seq ?? 0)
        try await applyEvents(events, last)
        place.withLock { $0 = last }
        return last.seq
    }
}

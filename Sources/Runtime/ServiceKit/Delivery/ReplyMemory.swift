package import Storage
package import Wire

/// The replies of a day's changing requests, so that a repeated request changes nothing twice.
///
/// A reply is remembered in the transaction of its change: after a crash there are both or neither.
package struct ReplyMemory: Sendable {
    /// The table of the replies.
    package static let migration = Migration(
        name: "kit replies 1",
        sql: """
            CREATE TABLE replies(
                request_id BLOB PRIMARY KEY, service INTEGER NOT NULL, operation INTEGER NOT NULL,
                schema INTEGER NOT NULL, body BLOB NOT NULL, time_ms INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX replies_by_time ON replies(time_ms);
            """
    )

    /// A reply as it was sent.
    package struct Remembered: Equatable, Sendable {
        /// Schema of the reply's body.
        package let schema: UInt8
        /// The reply's body.
        package let body: [UInt8]
    }

    private let clock: WallClock

    /// Makes a memory; `clock` dates the replies.
    package init(clock: WallClock = .system) {
        self.clock = clock
    }

    /// The reply to a request that was already answered; nil for a new one.
    ///
    /// - Throws: `Refusal` of code `conflict` when the id was used for another kind of request.
    package func recall(
        _ id: RequestID,
        of kind: MessageKind,
        in transaction: Transaction
    ) throws -> Remembered? {
        guard let row = try transaction.row("SELECT * FROM replies WHERE request_id = ?", id.bytes) else {
            return nil
        }
        guard try row.integer("service", as: UInt8.self) == kind.service.rawValue,
            try row.integer("operation", as: UInt8.self) == kind.operation.rawValue
        else { throw Refusal(.conflict, "the request id was used for another request") }
        return Remembered(schema: try row.integer("schema"), body: try row.blob("body"))
    }

    /// Keeps a reply; part of the transaction of its change.
    package func remember(
        _ reply: Remembered,
        to id: RequestID,
        of kind: MessageKind,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "INSERT INTO replies(request_id, service, operation, schema, body, time_ms) VALUES (?, ?, ?, ?, ?, ?)",
            id.bytes,
            kind.service.rawValue,
            kind.operation.rawValue,
            reply.schema,
            reply.body,
            clock.now()
        )
    }

    /// Forgets replies older than an age and returns how many.
    @discardableResult
    package func prune(
        olderThan age: Duration = Limits.replyMemory,
        in transaction: Transaction
    ) throws -> Int {
        let ageMilliseconds = UInt64(max(0, age.inSeconds) * 1_000)
        let now = clock.now()
        let oldest = now > ageMilliseconds ? now - ageMilliseconds : 0
        try transaction.execute("DELETE FROM replies WHERE time_ms < ?", oldest)
        return transaction.changeCount
    }
}

/// Lets one request of each id run at a time: a repeat waits for the first and then finds its reply.
actor RequestGate {
    private var waiting: [RequestID: [CheckedContinuation<Void, Never>]] = [:]

    /// Returns when no other request of this id runs; `leave` must follow.
    func enter(_ id: RequestID) async {
        guard waiting[id] != nil else {
            waiting[id] = []
            return
        }
        await withCheckedContinuation { waiting[id, default: []].append($0) }
    }

    /// Lets the next one in.
    func leave(_ id: RequestID) {
        guard var others = waiting[id], !others.isEmpty else {
            waiting[id] = nil
            return
        }
        let next = others.removeFirst()
        waiting[id] = others
        next.resume()
    }
}

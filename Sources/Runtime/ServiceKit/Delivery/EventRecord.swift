internal import Storage
package import Wire

/// One event as it stands in a log.
package struct EventRecord: Sendable, Equatable {
    /// Place in the log: 1, 2, 3, … without a gap.
    package let seq: UInt64
    /// What happened.
    package let kind: MessageKind
    /// Schema of the body.
    package let schema: UInt8
    /// What the event is about, for people and for outsiders who filter; never an identifier of a patient.
    package let key: String
    /// When it was appended, milliseconds since 1970.
    package let timeMilliseconds: UInt64
    /// The event's own body.
    package let body: [UInt8]

    /// Makes a record of its parts.
    package init(
        seq: UInt64,
        kind: MessageKind,
        schema: UInt8,
        key: String,
        timeMilliseconds: UInt64,
        body: [UInt8]
    ) {
        self.seq = seq
        self.kind = kind
        self.schema = schema
        self.key = key
        self.timeMilliseconds = timeMilliseconds
        self.body = body
    }

    /// Reads the event.
    ///
    /// - Throws: `Refusal` of code `unsupportedSchema` when the record is another kind or schema, else `WireError`.
    package func decode<Event: WireEvent>(_ type: Event.Type = Event.self) throws -> Event {
        guard kind == Event.kind, schema == Event.schema else {
            throw Refusal(.unsupportedSchema, "event \(kind) of schema \(schema) was read as \(Event.kind)")
        }
        return try Event(decoding: body)
    }
}

extension EventRecord {
    /// Reads a row of the table `events`.
    init(_ row: Row) throws {
        self.init(
            seq: try row.integer("seq"),
            kind: MessageKind(
                ServiceNumber(rawValue: try row.integer("service")),
                try row.integer("operation")
            ),
            schema: try row.integer("schema"),
            key: try row.text("key"),
            timeMilliseconds: try row.integer("time_ms"),
            body: try row.blob("body")
        )
    }
}

/// How far someone has come in a log.
package struct LogPosition: Hashable, Sendable {
    /// Which log.
    package let logID: Identifier
    /// The last event which took effect; 0 before the first.
    package let seq: UInt64

    /// Makes a position.
    package init(logID: Identifier, seq: UInt64) {
        self.logID = logID
        self.seq = seq
    }
}

package import Wire

/// What has happened after this position?
package struct FetchEvents: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x02)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The log that the position belongs to; none: whichever there is.
    package var logID: Identifier?
    /// Position of the last event known; 0: none.
    package var after: UInt64
    /// Most events in the reply, 1 to 1,000.
    package var limit: UInt32
    /// How long to wait for an event where there is none yet, at most 10,000.
    package var waitMilliseconds: UInt32

    /// Takes each field as it is.
    package init(logID: Identifier?, after: UInt64, limit: UInt32, waitMilliseconds: UInt32) {
        self.logID = logID
        self.after = after
        self.limit = limit
        self.waitMilliseconds = waitMilliseconds
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        logID = try reader.read("logID")
        after = try reader.read("after")
        limit = try reader.read("limit")
        waitMilliseconds = try reader.read("waitMilliseconds")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(logID)
        writer.write(after)
        writer.write(limit)
        writer.write(waitMilliseconds)
    }

    /// What `FetchEvents` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The log there is. When it is not the one asked for, the list is empty and the follower starts
        /// again from 0.
        package var logID: Identifier
        /// Position of the last event in the log.
        package var headSeq: UInt64
        /// Position of the oldest event still there; 0 in an empty log.
        package var firstSeq: UInt64
        /// In order.
        package var events: [LoggedEvent]

        /// Takes each field as it is.
        package init(logID: Identifier, headSeq: UInt64, firstSeq: UInt64, events: [LoggedEvent]) {
            self.logID = logID
            self.headSeq = headSeq
            self.firstSeq = firstSeq
            self.events = events
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            logID = try reader.read("logID")
            headSeq = try reader.read("headSeq")
            firstSeq = try reader.read("firstSeq")
            events = try reader.read("events")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(logID)
            writer.write(headSeq)
            writer.write(firstSeq)
            writer.write(events)
        }
    }
}

/// One event of a service's log.
package struct LoggedEvent: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 8 + 1 + 1 + 1 + 4 + 8 + 4

    /// Position in the log, from 1, without gaps except where old events were trimmed.
    package var seq: UInt64
    /// What happened.
    package var kind: MessageKind
    /// Schema of the body.
    package var schema: UInt8
    /// What the event is about, for logs and partitioning: an id in hexadecimal.
    package var key: String
    /// When it was committed, milliseconds since 1970.
    package var timeMilliseconds: UInt64
    /// The event's own body, without a header.
    package var body: [UInt8]

    /// Takes each field as it is.
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

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        seq = try reader.read("seq")
        let service = ServiceNumber(rawValue: try reader.read("service"))
        kind = MessageKind(service, try reader.read("operation"))
        schema = try reader.read("schema")
        key = try reader.read("key")
        timeMilliseconds = try reader.read("timeMilliseconds")
        body = try reader.read("body")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(seq)
        writer.write(kind.service.rawValue)
        writer.write(kind.operation.rawValue)
        writer.write(schema)
        writer.write(key)
        writer.write(timeMilliseconds)
        writer.write(body)
    }
}

/// Something new stands in the log: go and fetch. Rung with the event's kind, each second with 0xFF.
package struct Doorbell: WireEvent, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0xFF)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// The log.
    package var logID: Identifier
    /// Position of the event, or of the last one in a heartbeat.
    package var seq: UInt64
    /// The position told of before; the same as seq in a heartbeat. One ring may stand for several events.
    package var previousSeq: UInt64
    /// What the event is about; empty in a heartbeat.
    package var key: String

    /// Takes each field as it is.
    package init(logID: Identifier, seq: UInt64, previousSeq: UInt64, key: String) {
        self.logID = logID
        self.seq = seq
        self.previousSeq = previousSeq
        self.key = key
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        logID = try reader.read("logID")
        seq = try reader.read("seq")
        previousSeq = try reader.read("previousSeq")
        key = try reader.read("key")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(logID)
        writer.write(seq)
        writer.write(previousSeq)
        writer.write(key)
    }
}

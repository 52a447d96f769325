package import Wire

/// Work that failed too often and was put aside.
package struct DeadLetter: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4 + 4 + 4 + 8

    /// What the work is about, an id in hexadecimal.
    package var key: String
    /// What was to be done.
    package var kind: String
    /// How often it was tried.
    package var attempts: UInt32
    /// Why the last attempt failed, without patient data.
    package var reason: String
    /// When it was put aside, milliseconds since 1970.
    package var timeMilliseconds: UInt64

    /// Takes each field as it is.
    package init(key: String, kind: String, attempts: UInt32, reason: String, timeMilliseconds: UInt64) {
        self.key = key
        self.kind = kind
        self.attempts = attempts
        self.reason = reason
        self.timeMilliseconds = timeMilliseconds
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        key = try reader.read("key")
        kind = try reader.read("kind")
        attempts = try reader.read("attempts")
        reason = try reader.read("reason")
        timeMilliseconds = try reader.read("timeMilliseconds")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(key)
        writer.write(kind)
        writer.write(attempts)
        writer.write(reason)
        writer.write(timeMilliseconds)
    }
}

/// What was put aside?
package struct DeadLetters: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x07)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Most of them in the reply, 1 to 1,000.
    package var limit: UInt32

    /// Takes each field as it is.
    package init(limit: UInt32) {
        self.limit = limit
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        limit = try reader.read("limit")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(limit)
    }

    /// What `DeadLetters` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The newest first.
        package var letters: [DeadLetter]

        /// Takes each field as it is.
        package init(letters: [DeadLetter]) {
            self.letters = letters
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            letters = try reader.read("letters")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(letters)
        }
    }
}

/// Try again what was put aside.
package struct RetryDeadLetters: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x08)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `RetryDeadLetters` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// How many are tried again.
        package var count: UInt32

        /// Takes each field as it is.
        package init(count: UInt32) {
            self.count = count
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            count = try reader.read("count")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(count)
        }
    }
}

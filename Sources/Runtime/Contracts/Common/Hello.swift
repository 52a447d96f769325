package import Wire

/// Who are you, and are you ready?
package struct Hello: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x01)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `Hello` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The service that answers.
        package var service: UInt8
        /// Its version.
        package var version: String
        /// Names its event log: new whenever its data folder is.
        package var logID: Identifier
        /// Position of the last event in its log.
        package var headSeq: UInt64
        /// Schemas of bodies that it understands.
        package var schemas: [UInt8]
        /// Whether it takes work.
        package var isReady: Bool
        /// Why not, where it does not.
        package var reason: String

        /// Takes each field as it is.
        package init(
            service: UInt8,
            version: String,
            logID: Identifier,
            headSeq: UInt64,
            schemas: [UInt8],
            isReady: Bool,
            reason: String
        ) {
            self.service = service
            self.version = version
            self.logID = logID
            self.headSeq = headSeq
            self.schemas = schemas
            self.isReady = isReady
            self.reason = reason
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            service = try reader.read("service")
            version = try reader.read("version")
            logID = try reader.read("logID")
            headSeq = try reader.read("headSeq")
            schemas = try reader.read("schemas")
            isReady = try reader.read("isReady")
            reason = try reader.read("reason")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(service)
            writer.write(version)
            writer.write(logID)
            writer.write(headSeq)
            writer.write(schemas)
            writer.write(isReady)
            writer.write(reason)
        }
    }
}

/// How are you? For operators.
package struct State: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x06)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Makes the request, which has no fields.
    package init() {}

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {}

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {}

    /// What `State` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// Counts and names, in the service's own order.
        package var entries: [StateEntry]

        /// Takes each field as it is.
        package init(entries: [StateEntry]) {
            self.entries = entries
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            entries = try reader.read("entries")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(entries)
        }
    }
}

/// One line of a service's state.
package struct StateEntry: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 4 + 4

    /// What is counted or named.
    package var key: String
    /// Its value, as text.
    package var value: String

    /// Takes each field as it is.
    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        key = try reader.read("key")
        value = try reader.read("value")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(key)
        writer.write(value)
    }
}

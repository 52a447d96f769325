/// Which service a message belongs to: an open set, numbered in `Protocols/Registry.json`.
package struct ServiceNumber: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    package let rawValue: UInt8

    /// Takes any number: a service we do not know is answered with a refusal, not with a crash.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// What every service answers.
    package static let common = ServiceNumber(rawValue: 0)
    /// Takes images in.
    package static let ingest = ServiceNumber(rawValue: 1)
    /// Labels pairs of slices.
    package static let labeler = ServiceNumber(rawValue: 2)
    /// Trains models.
    package static let trainer = ServiceNumber(rawValue: 3)
    /// Turns slices into vectors.
    package static let embedder = ServiceNumber(rawValue: 4)
    /// Searches vectors.
    package static let index = ServiceNumber(rawValue: 5)
    /// Serves the outside.
    package static let gateway = ServiceNumber(rawValue: 6)

    private static let names = ["common", "ingest", "labeler", "trainer", "embedder", "index", "gateway"]

    /// Every service we know, in the order of their numbers.
    package static let all = names.indices.map { ServiceNumber(rawValue: UInt8($0)) }

    /// The service's name, or `service-9` for a number that we do not know.
    package var name: String {
        Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "service-\(rawValue)"
    }

    /// The same as `name`.
    package var description: String { name }
}

/// What a message asks or tells: an open set, numbered per service in `Protocols/Registry.json`.
package struct OperationNumber: RawRepresentable, Hashable, Sendable {
    /// The number on the wire: 0x01...0x0F common requests, 0x10...0x7F requests, 0x80...0xFF events.
    package let rawValue: UInt8

    /// Takes any number.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Whether each service answers this operation in the same way.
    package var isCommon: Bool { (0x01...0x0F).contains(rawValue) }
    /// Whether this is told, not asked.
    package var isEvent: Bool { rawValue >= 0x80 }
}

/// Service and operation: what a frame is about.
package struct MessageKind: Hashable, Sendable, CustomStringConvertible {
    /// The service that answers the request or tells the event.
    package let service: ServiceNumber
    /// The operation or event of that service.
    package let operation: OperationNumber

    /// Makes a kind of its two numbers.
    package init(_ service: ServiceNumber, _ operation: UInt8) {
        self.service = service
        self.operation = OperationNumber(rawValue: operation)
    }

    /// The same operation as each service answers it: common operations carry the callee's number.
    package func addressed(to callee: ServiceNumber) -> MessageKind {
        operation.isCommon || operation.rawValue == 0xFF ? MessageKind(callee, operation.rawValue) : self
    }

    /// The first six bytes of every frame of this kind: what a subscriber filters on.
    package var topic: [UInt8] { FrameHeader.magic + [service.rawValue, operation.rawValue] }

    /// For logs: `ingest.0x10`.
    package var description: String {
        "\(service.name).0x\(hexadecimal(CollectionOfOne(operation.rawValue)))"
    }
}

/// Everything after the header of one frame: fixed fields in their order, then tagged fields.
package protocol WireBody: WireStructure {
    /// The schema that these fields are. A released schema never changes; other fields are another schema.
    static var schema: UInt8 { get }
}

extension WireBody {
    /// Bodies that are elements of a list say their own.
    package static var byteCountMinimum: Int { 1 }

    /// Reads a whole body of a reply or an event: nothing may be left but odd tags, which are skipped.
    package init(decoding body: [UInt8]) throws(WireError) {
        try self.init(reading: FrameReader(body))
    }

    /// Reads the whole body of a frame where it lies.
    package init(bodyOf frame: Frame) throws(WireError) {
        try self.init(reading: frame.bodyReader)
    }

    private init(reading body: FrameReader) throws(WireError) {
        var reader = body
        try self.init(from: &reader)
        _ = try TaggedFields(from: &reader)
    }

    /// The fixed fields as bytes.
    package var body: [UInt8] {
        var writer = FrameWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

/// A body that asks, and knows what answers it.
package protocol WireRequest: WireBody {
    /// The body of the answer.
    associatedtype Reply: WireBody
    /// Service and operation. Common operations name service 0 here and the callee on the wire.
    static var kind: MessageKind { get }
    /// Whether the callee's state may change: then it remembers its reply and answers a repeat from memory.
    static var changesState: Bool { get }
    /// Writes the request's own tagged fields that are there, ascending from 11.
    func encodeTagged(into writer: inout FrameWriter)
}

extension WireRequest {
    /// Most requests only ask.
    package static var changesState: Bool { false }

    /// Most requests have none.
    package func encodeTagged(into writer: inout FrameWriter) {}

    /// Reads a whole body of a request with the options that follow its fields. A request with tagged fields of its own
    /// reads them ahead, for the options stand among them.
    package static func decode(
        _ body: [UInt8]
    ) throws(WireError) -> (request: Self, options: RequestOptions) {
        try decode(FrameReader(body))
    }

    /// The same of the whole body of a frame where it lies.
    package static func decode(
        bodyOf frame: Frame
    ) throws(WireError) -> (request: Self, options: RequestOptions) {
        try decode(frame.bodyReader)
    }

    private static func decode(
        _ body: FrameReader
    ) throws(WireError) -> (request: Self, options: RequestOptions) {
        var reader = body
        let request = try Self(from: &reader)
        return (request, try RequestOptions(from: &reader))
    }

    /// The fixed fields, the options and the request's own tagged fields as bytes.
    package func body(with options: RequestOptions) -> [UInt8] {
        var writer = FrameWriter()
        encode(with: options, into: &writer)
        return writer.bytes
    }

    /// Writes the fixed fields, the options and the request's own tagged fields.
    func encode(with options: RequestOptions, into writer: inout FrameWriter) {
        encode(into: &writer)
        options.encode(into: &writer)
        encodeTagged(into: &writer)
    }
}

/// A body that tells what has happened.
package protocol WireEvent: WireBody {
    /// Service and event.
    static var kind: MessageKind { get }
}

/// One message: a header and a body. One frame is one nng message.
package struct Frame: Equatable, Sendable {
    /// What the frame is about.
    package let kind: MessageKind
    /// Which schema of the kind's body follows.
    package let schema: UInt8
    /// Whether the frame answers a request.
    package let isReply: Bool
    /// Whether the body is a `Refusal`.
    package let isRefusal: Bool
    /// The request that the frame asks or answers.
    package let requestID: RequestID
    /// The frame as it travels: header, checksum, body.
    private let bytes: [UInt8]

    /// The fields, as `FrameWriter` lays them out: a copy. Messages read them in place.
    package var body: [UInt8] { Array(bytes[FrameHeader.byteCount...]) }

    /// Makes a frame of its parts.
    package init(
        kind: MessageKind,
        schema: UInt8,
        isReply: Bool = false,
        isRefusal: Bool = false,
        requestID: RequestID,
        body: [UInt8]
    ) {
        self.init(kind: kind, schema: schema, isReply: isReply, isRefusal: isRefusal, requestID: requestID) {
            $0.raw(body)
        }
    }

    /// Makes a frame whose body is written in its place: pixels and objects are not copied once more.
    init(
        kind: MessageKind,
        schema: UInt8,
        isReply: Bool = false,
        isRefusal: Bool = false,
        requestID: RequestID,
        writing encode: (inout FrameWriter) -> Void
    ) {
        self.kind = kind
        self.schema = schema
        self.isReply = isReply
        self.isRefusal = isRefusal
        self.requestID = requestID
        var writer = FrameWriter(reserving: 4 * FrameHeader.byteCount)
        writer.raw(Array(repeating: 0, count: FrameHeader.byteCount))
        encode(&writer)
        let header = FrameHeader(
            kind: kind,
            schema: schema,
            isReply: isReply,
            isRefusal: isRefusal,
            requestID: requestID,
            bodyByteCount: writer.bytes.count - FrameHeader.byteCount
        )
        writer.overwriteStart(with: header)
        bytes = writer.bytes
    }

    /// Reads one whole frame: header, length against what was delivered, checksum. The body is not looked into.
    ///
    /// - Parameter limit: the largest frame that the receiver takes.
    package init(
        decoding bytes: [UInt8],
        limit: Int = Limits.bulkFrameBytesMaximum
    ) throws(WireError) {
        let header = try FrameHeader(decoding: bytes, limit: limit)
        guard header.bodyByteCount == bytes.count - FrameHeader.byteCount else {
            throw WireError(.badLength, at: 24, reading: "bodyByteCount")
        }
        guard FrameHeader.checksum(ofFrame: bytes) == header.checksum else {
            throw WireError(.badChecksum, at: FrameHeader.checksumOffset, reading: "checksum")
        }
        kind = header.kind
        schema = header.schema
        isReply = header.isReply
        isRefusal = header.isRefusal
        requestID = header.requestID
        self.bytes = bytes
    }

    /// The bytes on the wire.
    package func encoded() -> [UInt8] { bytes }

    /// A reader that stands before the body's first field.
    var bodyReader: FrameReader { FrameReader(frame: bytes) }
}

extension Frame {
    /// A request, with what every request may carry.
    package static func request<Request: WireRequest>(
        _ request: Request,
        to callee: ServiceNumber? = nil,
        id: RequestID,
        options: RequestOptions = RequestOptions()
    ) -> Frame {
        Frame(
            kind: callee.map { Request.kind.addressed(to: $0) } ?? Request.kind,
            schema: Request.schema,
            requestID: id
        ) {
            request.encode(with: options, into: &$0)
        }
    }

    /// The answer to this request.
    package func reply(_ reply: some WireBody) -> Frame {
        replying(schema: type(of: reply).schema, isRefusal: false) { reply.encode(into: &$0) }
    }

    /// The refusal of this request.
    package func refusal(_ refusal: Refusal) -> Frame {
        replying(schema: Refusal.schema, isRefusal: true) { refusal.encode(into: &$0) }
    }

    /// The refusal of bytes that are no frame: there is no kind and no request id to repeat.
    package static func refusal(ofUnreadable error: WireError) -> Frame {
        let unknown = Frame(kind: MessageKind(.common, 0), schema: 0, requestID: .none, body: [])
        return unknown.refusal(Refusal(error))
    }

    private func replying(
        schema: UInt8,
        isRefusal: Bool,
        writing encode: (inout FrameWriter) -> Void
    ) -> Frame {
        Frame(
            kind: kind,
            schema: schema,
            isReply: true,
            isRefusal: isRefusal,
            requestID: requestID,
            writing: encode
        )
    }
}

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
    /// The fields, as `FrameWriter` lays them out.
    package let body: [UInt8]

    /// Makes a frame of its parts.
    package init(
        kind: MessageKind,
        schema: UInt8,
        isReply: Bool = false,
        isRefusal: Bool = false,
        requestID: RequestID,
        body: [UInt8]
    ) {
        self.kind = kind
        self.schema = schema
        self.isReply = isReply
        self.isRefusal = isRefusal
        self.requestID = requestID
        self.body = body
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
        var checksum = CRC32C()
        checksum.update(bytes.span.extracting(..<FrameHeader.checksumOffset))
        checksum.update(bytes.span.extracting(FrameHeader.byteCount...))
        guard checksum.value == header.checksum else {
            throw WireError(.badChecksum, at: FrameHeader.checksumOffset, reading: "checksum")
        }
        self.init(header: header, body: Array(bytes[FrameHeader.byteCount...]))
    }

    private init(header: FrameHeader, body: [UInt8]) {
        self.init(
            kind: header.kind,
            schema: header.schema,
            isReply: header.isReply,
            isRefusal: header.isRefusal,
            requestID: header.requestID,
            body: body
        )
    }

    /// The bytes on the wire.
    package func encoded() -> [UInt8] {
        let header = FrameHeader(
            kind: kind,
            schema: schema,
            isReply: isReply,
            isRefusal: isRefusal,
            requestID: requestID,
            bodyByteCount: body.count
        )
        let start = header.bytesBeforeChecksum
        var checksum = CRC32C()
        checksum.update(start.span)
        checksum.update(body.span)
        var writer = FrameWriter(reserving: FrameHeader.byteCount + body.count)
        writer.raw(start)
        writer.write(checksum.value)
        writer.raw(body)
        return writer.bytes
    }
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
            requestID: id,
            body: request.body(with: options)
        )
    }

    /// The answer to this request.
    package func reply(_ reply: some WireBody) -> Frame {
        replying(schema: type(of: reply).schema, isRefusal: false, body: reply.body)
    }

    /// The refusal of this request.
    package func refusal(_ refusal: Refusal) -> Frame {
        replying(schema: Refusal.schema, isRefusal: true, body: refusal.body)
    }

    /// The refusal of bytes that are no frame: there is no kind and no request id to repeat.
    package static func refusal(ofUnreadable error: WireError) -> Frame {
        let unknown = Frame(kind: MessageKind(.common, 0), schema: 0, requestID: .none, body: [])
        return unknown.refusal(Refusal(error))
    }

    private func replying(schema: UInt8, isRefusal: Bool, body: [UInt8]) -> Frame {
        Frame(
            kind: kind,
            schema: schema,
            isReply: true,
            isRefusal: isRefusal,
            requestID: requestID,
            body: body
        )
    }
}

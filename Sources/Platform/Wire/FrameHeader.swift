/// The 32 bytes before every body.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic `CRN1` |
/// | 4 | 1 | service |
/// | 5 | 1 | operation |
/// | 6 | 1 | schema of the body |
/// | 7 | 1 | flags: bit 0 reply, bit 1 refusal |
/// | 8 | 16 | request id |
/// | 24 | 4 | byte count of the body |
/// | 28 | 4 | CRC-32C of bytes 0 to 27 and the body |
package struct FrameHeader: Hashable, Sendable {
    /// How many bytes a header has, and where the body starts.
    package static let byteCount = 32
    /// `CRN1`: a stranger is recognized at once.
    package static let magic: [UInt8] = Array("CRN1".utf8)
    /// Where the checksum stands; it covers everything before and after itself.
    static let checksumOffset = 28

    /// What the frame is about.
    package let kind: MessageKind
    /// Which schema of the kind's body follows.
    package let schema: UInt8
    /// Whether the frame answers a request.
    package let isReply: Bool
    /// Whether the body is a refusal; only a reply can be one.
    package let isRefusal: Bool
    /// The request that the frame asks or answers.
    package let requestID: RequestID
    /// Bytes after the header.
    package let bodyByteCount: Int
    /// CRC-32C as received; 0 before encoding.
    package let checksum: UInt32

    /// Makes a header that is to be encoded: the checksum comes with the body.
    package init(
        kind: MessageKind,
        schema: UInt8,
        isReply: Bool,
        isRefusal: Bool,
        requestID: RequestID,
        bodyByteCount: Int
    ) {
        self.kind = kind
        self.schema = schema
        self.isReply = isReply
        self.isRefusal = isRefusal
        self.requestID = requestID
        self.bodyByteCount = bodyByteCount
        checksum = 0
    }

    /// Reads the first 32 bytes: magic, flags and size are checked, in this order; length and checksum need the body.
    ///
    /// - Parameter limit: the largest frame, header included, that the receiver takes.
    package init(decoding bytes: [UInt8], limit: Int) throws(WireError) {
        guard bytes.count >= Self.byteCount else { throw WireError(.truncated, at: 0, reading: "header") }
        var reader = FrameReader(Array(bytes.prefix(Self.byteCount)), startingAt: 0)
        guard try reader.raw("magic", count: Self.magic.count) == Self.magic else {
            throw WireError(.badMagic, at: 0, reading: "magic")
        }
        let service = ServiceNumber(rawValue: try reader.integer("service"))
        kind = MessageKind(service, try reader.integer("operation"))
        schema = try reader.integer("schema")
        let flags = try reader.integer("flags", as: UInt8.self)
        isReply = flags & 1 == 1
        isRefusal = flags & 2 == 2
        guard flags & ~3 == 0, isReply || !isRefusal else {
            throw WireError(.badFlags, at: 7, reading: "flags")
        }
        requestID = try reader.read("requestID")
        bodyByteCount = Int(try reader.integer("bodyByteCount", as: UInt32.self))
        checksum = try reader.integer("checksum")
        guard bodyByteCount <= limit - Self.byteCount else {
            throw WireError(.frameTooLarge, at: 24, reading: "bodyByteCount")
        }
    }

    /// The 28 bytes that stand before the checksum.
    var bytesBeforeChecksum: [UInt8] {
        var writer = FrameWriter()
        writer.raw(Self.magic + [kind.service.rawValue, kind.operation.rawValue, schema])
        writer.write(UInt8((isReply ? 1 : 0) | (isRefusal ? 2 : 0)))
        writer.write(requestID)
        writer.write(UInt32(bodyByteCount))
        return writer.bytes
    }

    /// What stands at `checksumOffset` of a whole frame when nothing happened to it.
    ///
    /// - Parameter bytes: at least a header's.
    static func checksum(ofFrame bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes.span.extracting(..<checksumOffset))
        checksum.update(bytes.span.extracting(byteCount...))
        return checksum.value
    }
}

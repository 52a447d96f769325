import TestKit
import Testing
import Wire

@Suite("Frames")
struct FrameTests {
    private let id = RequestID(hex: "000102030405060708090a0b0c0d0e0f") ?? .none

    private var frame: Frame {
        Frame(kind: MessageKind(.embedder, 0x11), schema: 1, requestID: id, body: Array("body".utf8))
    }

    // W-01: a header of 32 bytes, little-endian, nothing padded; the bytes below are written by hand.
    @Test("lays out the header as the document says")
    func layout() {
        let expected = "43524e31" + "04" + "11" + "01" + "00" + id.hex + "04000000"
        let bytes = frame.encoded()
        #expect(Array(bytes[..<28]) == GoldenVectors.bytes(hexadecimal: expected))
        #expect(Array(bytes[32...]) == Array("body".utf8))
        #expect(bytes.count == 36)
    }

    @Test("reads what it has written", arguments: [false, true], [false, true])
    func roundTrip(isReply: Bool, isRefusal: Bool) throws {
        let frame = Frame(
            kind: MessageKind(ServiceNumber(rawValue: 200), 0xAA),
            schema: 7,
            isReply: isReply || isRefusal,
            isRefusal: isRefusal,
            requestID: .random(),
            body: [1, 2, 3]
        )
        #expect(try Frame(decoding: frame.encoded(), limit: 64) == frame)
    }

    // W-02, W-03, W-04, W-05, W-06, W-07: what is refused before the body is looked into, with code, offset, field.
    @Test(
        "refuses broken frames as the vectors say",
        arguments: GoldenVectors.all.filter { $0.part == "frame" }
    )
    func brokenFrames(vector: GoldenVector) throws {
        let expected = WireError(
            WireError.Code(rawValue: vector.error?["code"]?.text ?? ""),
            at: Int(vector.error?["offset"]?.integer ?? -1),
            reading: vector.error?["field"]?.text ?? ""
        )
        #expect(throws: expected) {
            _ = try Frame(decoding: vector.bytes, limit: vector.limit ?? Limits.bulkFrameBytesMaximum)
        }
    }

    @Test("there are vectors of broken frames")
    func vectorsArePresent() {
        #expect(GoldenVectors.all.filter { $0.part == "frame" }.count >= 15)
    }

    // W-04: the limit counts the header; exactly at the limit is taken.
    @Test("takes a frame of exactly the limit, and no byte more")
    func limit() throws {
        let bytes = frame.encoded()
        #expect(try Frame(decoding: bytes, limit: bytes.count) == frame)
        #expect(throws: WireError(.frameTooLarge, at: 24, reading: "bodyByteCount")) {
            _ = try Frame(decoding: bytes, limit: bytes.count - 1)
        }
    }

    // W-06: any single flipped bit anywhere in a frame is refused.
    @Test("refuses a frame with any one bit flipped", arguments: [0, 1, 8, 500])
    func flippedBits(bodyByteCount: Int) {
        var random = SplitMix64(seed: 6)
        let body = (0..<bodyByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        let frame = Frame(
            kind: MessageKind(.index, 0x10),
            schema: 1,
            isReply: true,
            requestID: id,
            body: body
        )
        var bytes = frame.encoded()
        for bit in 0..<(8 * bytes.count) {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: WireError.self, "bit \(bit)") { _ = try Frame(decoding: bytes, limit: 1 << 20) }
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(throws: Never.self) { _ = try Frame(decoding: bytes, limit: 1 << 20) }
    }

    // W-05: cut anywhere, a frame is refused; with anything after it, too.
    @Test("refuses a frame of any other length")
    func truncated() {
        let bytes = frame.encoded()
        for length in 0..<bytes.count {
            let expected =
                length < 32
                ? WireError(.truncated, at: 0, reading: "header")
                : WireError(.badLength, at: 24, reading: "bodyByteCount")
            #expect(throws: expected) { _ = try Frame(decoding: Array(bytes[..<length]), limit: 1 << 20) }
        }
        #expect(throws: WireError(.badLength, at: 24, reading: "bodyByteCount")) {
            _ = try Frame(decoding: bytes + bytes, limit: 1 << 20)
        }
    }

    // W-07: bytes that are wrong in each way are refused for the first reason, and random ones never crash.
    @Test("refuses random bytes")
    func randomBytes() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...80, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if Bool.random(using: &random), count >= 4 {
                bytes.replaceSubrange(0..<4, with: FrameHeader.magic)
            }
            #expect(throws: WireError.self) { _ = try Frame(decoding: bytes, limit: 1 << 20) }
        }
    }

    // W-08: a reply repeats kind and request id; bytes that are no frame are answered with zeros.
    @Test("answers under the request's kind and id")
    func replies() throws {
        let refusal = Refusal(.notFound, "no such slice")
        let answer = frame.refusal(refusal)
        #expect(answer.kind == frame.kind)
        #expect(answer.requestID == frame.requestID)
        #expect(answer.isReply && answer.isRefusal)
        #expect(answer.schema == Refusal.schema)
        #expect(try Refusal(decoding: answer.body) == refusal)
        let blind = Frame.refusal(ofUnreadable: WireError(.badMagic, at: 0, reading: "magic"))
        #expect(blind.requestID == .none)
        #expect(blind.kind == MessageKind(.common, 0))
        #expect(try Refusal(decoding: blind.body).code == .malformed)
    }

    // W-09: the first six bytes of a frame are its topic.
    @Test("begins with its topic")
    func topic() {
        #expect(Array(frame.encoded()[..<6]) == frame.kind.topic)
        #expect(frame.kind.topic == Array("CRN1".utf8) + [4, 0x11])
    }
}

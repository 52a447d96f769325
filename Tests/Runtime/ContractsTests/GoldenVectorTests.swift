import Contracts
import TestKit
import Testing
import Wire

/// The golden vectors were written by a program in Python, so both directions are checked against a second implementation.
@Suite("Golden vectors")
struct GoldenVectorTests {
    static let bodies = GoldenVectors.all.filter { $0.part != "frame" }
    static let valid = bodies.filter { $0.error == nil }
    static let messages = Set(bodies.map(\.message)).sorted()

    @Test("there are some of every message")
    func complete() {
        let names = Set(MessageCatalog.requests.keys).union(MessageCatalog.events.keys)
        #expect(Set(Self.messages) == names.union(["common.Refusal"]))
        #expect(Self.valid.count > 300)
        #expect(Self.bodies.count - Self.valid.count > 900)
    }

    private static func body(of vector: GoldenVector) throws -> [UInt8] {
        vector.isFrame ? try Frame(decoding: vector.bytes, limit: 1 << 20).body : vector.bytes
    }

    // W-01, W-11, W-12, W-19, W-20, W-29: what the bytes say is what the vector lists, field by field.
    @Test("are read as their fields", arguments: messages)
    func reading(message: String) throws {
        for vector in Self.valid where vector.message == message {
            let reading = try #require(try MessageCatalog.read(try Self.body(of: vector), of: vector))
            let difference = GoldenComparison.difference(reading.value, try #require(vector.fields))
            #expect(difference == nil, "\(vector)")
            #expect(GoldenComparison.isEqual(reading.options, try #require(vector.options)), "\(vector)")
        }
    }

    // W-01, W-20, W-29: the same fields are written as the same bytes.
    @Test("are written byte by byte", arguments: messages)
    func writing(message: String) throws {
        for vector in Self.valid where vector.message == message {
            let body = try Self.body(of: vector)
            let reading = try #require(try MessageCatalog.read(body, of: vector))
            if vector.name.hasSuffix("an odd tag nobody knows") {
                // What nobody knows cannot be written again.
                #expect(reading.written == Array(body.dropLast(9)), "\(vector)")
                continue
            }
            #expect(reading.written == body, "\(vector)")
            guard vector.isFrame else { continue }
            let frame = try Frame(decoding: vector.bytes, limit: 1 << 20)
            let same = Frame(
                kind: frame.kind,
                schema: type(of: reading.value).schema,
                isReply: vector.part != "request" && vector.part != "fields",
                isRefusal: vector.part == "refusal",
                requestID: frame.requestID,
                body: reading.written
            )
            #expect(same.encoded() == vector.bytes, "\(vector)")
        }
    }

    // W-11, W-12, W-13, W-15, W-16, W-17, W-18, W-19, W-20, W-21, W-29: refused with code, offset and field.
    @Test("are refused where they are wrong", arguments: messages)
    func refusing(message: String) throws {
        for vector in Self.bodies where vector.message == message && vector.error != nil {
            let expected = WireError(
                WireError.Code(rawValue: vector.error?["code"]?.text ?? ""),
                at: Int(vector.error?["offset"]?.integer ?? -1),
                reading: vector.error?["field"]?.text ?? ""
            )
            let body = try Self.body(of: vector)
            #expect(throws: expected, "\(vector)") { _ = try MessageCatalog.read(body, of: vector) }
        }
    }

    // W-06: cut anywhere or with any bit flipped, a frame is refused before its body is looked into.
    @Test("are refused when cut or with a bit flipped", arguments: messages)
    func spoiledFrames(message: String) {
        for vector in Self.valid where vector.message == message && vector.isFrame {
            var bytes = vector.bytes
            var taken = 0
            for length in 0..<bytes.count where Self.isFrame(Array(bytes[..<length])) { taken += 1 }
            for bit in 0..<(8 * bytes.count) {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                if Self.isFrame(bytes) { taken += 1 }
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            #expect(taken == 0, "\(vector)")
        }
    }

    // W-11: bodies whose checksum is right but whose bytes are not: each is refused, or read as something that is
    // written as the very same bytes. Nothing crashes, and nothing is read from beyond the end.
    @Test("are refused or read when their bodies are spoiled", arguments: messages)
    func spoiledBodies(message: String) throws {
        for vector in Self.valid where vector.message == message {
            let body = try Self.body(of: vector)
            for length in 0..<body.count { Self.expectSound(Array(body[..<length]), of: vector) }
            var spoiled = body
            for bit in 0..<(8 * body.count) {
                spoiled[bit / 8] ^= 1 << UInt8(bit % 8)
                Self.expectSound(spoiled, of: vector)
                spoiled[bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }
    }

    private static func isFrame(_ bytes: [UInt8]) -> Bool {
        (try? Frame(decoding: bytes, limit: 1 << 20)) != nil
    }

    private static func expectSound(_ body: [UInt8], of vector: GoldenVector) {
        do {
            guard let reading = try MessageCatalog.read(body, of: vector) else { return }
            // Odd tags that nobody knows are lost; all else is kept.
            let isKept =
                reading.written == body || body.starts(with: reading.value.body)
                || lacksOneTag(reading.written, of: body)
            if !isKept { Issue.record("\(vector): read as something else") }
        } catch {
            let isInside = (FrameHeader.byteCount...(FrameHeader.byteCount + body.count)).contains(
                error.offset
            )
            if !isInside { Issue.record("\(vector): refused outside of its bytes: \(error)") }
        }
    }

    /// Whether bytes are those of a body less one tagged field between others.
    private static func lacksOneTag(_ written: [UInt8], of body: [UInt8]) -> Bool {
        let same = zip(written, body).prefix { $0 == $1 }.count
        guard body.count >= same + 6 else { return false }
        let length = body[(same + 2)..<(same + 6)].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard body.count >= same + 6 + length else { return false }
        return written == Array(body[..<same] + body[(same + 6 + length)...])
    }
}

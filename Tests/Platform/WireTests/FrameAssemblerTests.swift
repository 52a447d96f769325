import TestKit
import Testing
import Wire

@Suite("Frames in a stream")
struct FrameAssemblerTests {
    private static let limit = 1 << 16

    private func frames(_ count: Int, seed: UInt64) -> [Frame] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            let length = Int.random(in: 0...300, using: &random)
            return Frame(
                kind: MessageKind(.ingest, UInt8.random(in: 0...255, using: &random)),
                schema: 1,
                requestID: .random(using: &random),
                body: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            )
        }
    }

    // W-10: frames end to end, in pieces of any size: one byte at a time, a few, all at once.
    @Test("finds the frames whatever the pieces", arguments: [1, 2, 31, 32, 33, 1_000, 1 << 20])
    func pieces(size: Int) throws {
        let sent = frames(12, seed: 10)
        let stream = sent.flatMap { $0.encoded() }
        var assembler = FrameAssembler(limit: Self.limit)
        var received: [Frame] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            assembler.append(stream[start..<min(start + size, stream.count)])
            while let frame = try assembler.next() { received.append(frame) }
        }
        #expect(received == sent)
        #expect(assembler.pendingByteCount == 0)
    }

    // W-10: each valid vector fed one byte at a time, and all of them as one stream.
    @Test("takes the golden frames byte by byte")
    func goldenFrames() throws {
        let vectors = GoldenVectors.all.filter { $0.isFrame && $0.error == nil }
        try #require(vectors.count > 100)
        var assembler = FrameAssembler(limit: Self.limit)
        for vector in vectors {
            for byte in vector.bytes.dropLast() {
                assembler.append(CollectionOfOne(byte))
                #expect(try assembler.next() == nil, "\(vector)")
            }
            assembler.append(vector.bytes.suffix(1))
            #expect(try assembler.next()?.encoded() == vector.bytes, "\(vector)")
        }
    }

    // W-10: after bytes that are no frame nothing is read, not even a good frame.
    @Test("stays broken after an error")
    func broken() throws {
        let good = frames(1, seed: 1)[0].encoded()
        var assembler = FrameAssembler(limit: Self.limit)
        assembler.append(Array("GET / HTTP/1.1\r\nHost: localhost\r\n".utf8))
        let expected = WireError(.badMagic, at: 0, reading: "magic")
        #expect(throws: expected) { _ = try assembler.next() }
        assembler.append(good)
        #expect(throws: expected) { _ = try assembler.next() }
        #expect(assembler.pendingByteCount == 0)
    }

    // W-04: a claim beyond the limit is refused as soon as its header is there.
    @Test("does not wait for the body of a frame that is too large")
    func tooLarge() {
        let frame = Frame(
            kind: MessageKind(.ingest, 0x10),
            schema: 1,
            requestID: .none,
            body: Array(repeating: 0, count: 100)
        )
        var assembler = FrameAssembler(limit: 131)
        assembler.append(frame.encoded().prefix(32))
        #expect(throws: WireError(.frameTooLarge, at: 24, reading: "bodyByteCount")) {
            _ = try assembler.next()
        }
    }
}

import Testing
import Wire

@Suite("Refusals")
struct RefusalTests {
    // W-21: code u16, retriable, offset u32, text of at most 256 bytes.
    @Test("lays out a refusal as the document says")
    func layout() {
        let refusal = Refusal(.loading, "two", offset: 7)
        #expect(refusal.body == [7, 0, 1, 7, 0, 0, 0, 3, 0, 0, 0] + Array("two".utf8))
    }

    // W-21: codes are an open set.
    @Test("reads a code that we do not know")
    func unknownCode() throws {
        let refusal = Refusal(RefusalCode(rawValue: 4_711), "later", isRetriable: true)
        let read = try Refusal(decoding: refusal.body)
        #expect(read == refusal)
        #expect(read.code.description == "refusal-4711")
    }

    // W-21: a text is cut where it is made and refused where it is received.
    @Test("keeps its text short, at a character's end")
    func longText() throws {
        let refusal = Refusal(.internalFailure, String(repeating: "肺", count: 100))
        #expect(refusal.text.utf8.count == 255)
        #expect(try Refusal(decoding: refusal.body) == refusal)
        var writer = FrameWriter()
        writer.write(UInt16(1))
        writer.write(false)
        writer.write(UInt32(0))
        writer.write(String(repeating: "x", count: 257))
        #expect(throws: WireError(.limitExceeded, at: 39, reading: "text")) {
            _ = try Refusal(decoding: writer.bytes)
        }
    }

    @Test("only what may change by itself is retriable unless said otherwise")
    func retriable() {
        #expect(RefusalCode.all.filter(\.isUsuallyRetriable) == [.busy, .loading, .stale])
        #expect(Refusal(.busy, "", isRetriable: false).isRetriable == false)
    }

    @Test("says where a malformed request is wrong")
    func malformed() {
        let refusal = Refusal(WireError(.badText, at: 48, reading: "kernel"))
        #expect(refusal.code == .malformed)
        #expect(refusal.offset == 48)
        #expect(refusal.text == "badText reading kernel")
    }
}

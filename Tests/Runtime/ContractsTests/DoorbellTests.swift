import Contracts
import Testing
import Wire

@Suite("Doorbells")
struct DoorbellTests {
    // W-26: a doorbell carries the event's kind, no request id, and says where the event stands.
    @Test("are frames that a subscriber finds by the event's topic")
    func frame() throws {
        let bell = Doorbell(logID: Identifier(bytes: Array(0..<16)), seq: 7, previousSeq: 6, key: "slice")
        let frame = bell.frame(as: EmbeddingCreated.kind)
        #expect(Array(frame.encoded()[..<6]) == EmbeddingCreated.kind.topic)
        #expect(frame.requestID == .none && !frame.isReply)
        #expect(try Doorbell(decoding: frame.body) == bell)
    }

    // W-26: a heartbeat tells the head, under the service's own number.
    @Test("a heartbeat has the service's number and no key")
    func heartbeat() throws {
        let logID = Identifier(bytes: Array(0..<16))
        let frame = Doorbell.heartbeat(of: .embedder, logID: logID, headSeq: 9)
        #expect(frame.kind == MessageKind(.embedder, 0xFF))
        #expect(try Doorbell(decoding: frame.body) == Doorbell(logID: logID, seq: 9, previousSeq: 9, key: ""))
    }

    // W-26: what is in no log is published whole.
    @Test("an event in no log is published with its own body")
    func whole() throws {
        let state = NodeState.Reply(
            fingerprint: nil,
            parts: [],
            shard: 1,
            shardCount: 4,
            appliedSeq: 10,
            headSeq: 12,
            count: 3,
            isReady: false,
            reason: "replaying"
        )
        let frame = Frame.published(NodeStateChanged(state: state))
        #expect(frame.kind == NodeStateChanged.kind)
        #expect(try NodeStateChanged(decoding: frame.body).state == state)
    }
}

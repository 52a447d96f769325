import Contracts
import Messaging
import Testing
import Wire

@Suite("Asking a service")
struct ServiceClientTests {
    private let reply = FetchSeries.Reply(
        seriesID: Identifier(bytes: Array(0..<16)),
        patientID: Identifier(bytes: Array(1..<17)),
        sliceIDs: []
    )
    /// Long enough for a machine that is busy with other tests.
    private let patience = Duration.seconds(300)
    private let request = FetchSeries(seriesID: Identifier(bytes: Array(0..<16)))

    private func client(_ requester: ScriptedRequester, service: ServiceNumber = .common) -> ServiceClient {
        ServiceClient(requester: requester, service: service, name: "scripted") { 1_000_000 }
    }

    private func answers() -> ScriptedRequester.Step {
        let reply = reply
        return .answers { $0.reply(reply) }
    }

    // W-22: the same request id and the same bytes after a loss, a break, a retriable refusal.
    @Test("repeats the very same bytes until there is an answer")
    func repeats() async throws {
        let peer = ScriptedRequester([
            .fails(.timeout), .fails(.other), .answers { $0.refusal(Refusal(.loading, "soon")) }, answers(),
        ])
        #expect(try await client(peer).call(request, timeout: patience) == reply)
        #expect(peer.asked.count == 4)
        #expect(Set(peer.asked).count == 1)
    }

    // W-22: a call that is repeated by its caller can keep its id.
    @Test("asks under the id that it is given, and else under a new one each call")
    func requestIDs() async throws {
        let peer = ScriptedRequester([answers()])
        let id = RequestID.random()
        _ = try await client(peer).call(request, id: id)
        _ = try await client(peer).call(request)
        _ = try await client(peer).call(request)
        let ids = try peer.asked.map { try Frame(decoding: $0, limit: 1 << 20).requestID }
        #expect(ids.first == id)
        #expect(Set(ids).count == 3)
    }

    @Test("a refusal that is not retriable is the answer")
    func refused() async throws {
        let refusal = Refusal(.notFound, "no such series")
        let peer = ScriptedRequester([.answers { $0.refusal(refusal) }])
        await #expect(throws: refusal) { _ = try await client(peer).call(request) }
        #expect(peer.asked.count == 1)
    }

    // W-22, W-23: it gives up when its time is over, with what was wrong last.
    @Test("gives up at the deadline")
    func givesUp() async throws {
        let refusal = Refusal(.busy, "too much")
        let peer = ScriptedRequester([.answers { $0.refusal(refusal) }])
        await #expect(throws: refusal) {
            _ = try await client(peer).call(request, timeout: .milliseconds(100))
        }
        #expect((1...8).contains(peer.asked.count))
        let down = ScriptedRequester([.fails(.timeout)])
        await #expect(throws: MessagingError(.timeout, "scripted")) {
            _ = try await client(down).call(request, timeout: .milliseconds(50))
        }
        #expect(down.waits.allSatisfy { $0 <= .milliseconds(50) })
    }

    @Test(
        "what cannot help is not repeated",
        arguments: [MessagingError.Kind.closed, .tooLarge, .cancelled, .refused]
    )
    func final(kind: MessagingError.Kind) async {
        let peer = ScriptedRequester([.fails(kind)])
        await #expect(throws: MessagingError(kind, "scripted")) { _ = try await client(peer).call(request) }
        #expect(peer.asked.count == 1)
    }

    // W-23: the callee is told when nobody waits anymore; W-20: and which model is meant.
    @Test("tells the deadline and the model")
    func options() async throws {
        let peer = ScriptedRequester([answers()])
        let model = Fingerprint(bytes: Array(0..<32))
        _ = try await client(peer).call(request, timeout: .milliseconds(2_500), fingerprint: model)
        let frame = try Frame(decoding: try #require(peer.asked.first), limit: 1 << 20)
        let options = try FetchSeries.decode(frame.body).options
        #expect(options == RequestOptions(deadline: 1_002_500, fingerprint: model))
        #expect(frame.kind == FetchSeries.kind && !frame.isReply)
    }

    // W-24: common operations carry the callee's number, or 0; others their own.
    @Test("addresses common operations to the callee")
    func addressing() async throws {
        for service in [ServiceNumber.common, .index] {
            let peer = ScriptedRequester([.answers { $0.reply(RetryDeadLetters.Reply(count: 3)) }])
            #expect(try await client(peer, service: service).call(RetryDeadLetters()).count == 3)
            let frame = try Frame(decoding: try #require(peer.asked.first), limit: 1 << 20)
            #expect(frame.kind == MessageKind(service, 0x08))
        }
    }

    // W-25: what answers another request, or is damaged, is no answer.
    @Test("takes no answer but its own")
    func strangers() async throws {
        let reply = reply
        let other: @Sendable (Frame, MessageKind, RequestID) -> Frame = { frame, kind, id in
            Frame(kind: kind, schema: 1, isReply: true, requestID: id, body: reply.body)
        }
        let peer = ScriptedRequester([
            .answers { other($0, $0.kind, .random()) },
            .answers { other($0, MessageKind(.ingest, 0x11), $0.requestID) },
            .answers { $0 },
            .bytes([1, 2, 3]),
            .answers {
                Frame(
                    kind: $0.kind,
                    schema: 1,
                    isReply: true,
                    isRefusal: true,
                    requestID: .random(),
                    body: []
                )
            },
            answers(),
        ])
        #expect(try await client(peer).call(request, timeout: patience) == reply)
        #expect(peer.asked.count == 6)
    }

    // W-08: a callee that could not read the request refuses without its id.
    @Test("understands the refusal of a request that arrived damaged")
    func blindRefusal() async {
        let error = WireError(.badChecksum, at: 28, reading: "checksum")
        let peer = ScriptedRequester([.bytes(Frame.refusal(ofUnreadable: error).encoded())])
        await #expect(throws: Refusal(error)) { _ = try await client(peer).call(request) }
    }

    @Test("a reply of another schema, or one that cannot be read, is an error and no crash")
    func unreadable() async {
        let reply = reply
        let newer = ScriptedRequester([
            .answers {
                Frame(kind: $0.kind, schema: 9, isReply: true, requestID: $0.requestID, body: reply.body)
            }
        ])
        await #expect(throws: MessagingError.self) { _ = try await client(newer).call(request) }
        let cut = ScriptedRequester([
            .answers { Frame(kind: $0.kind, schema: 1, isReply: true, requestID: $0.requestID, body: [1]) }
        ])
        await #expect(
            throws: MessagingError(
                .refused,
                "the reply cannot be read: truncated at byte 32 reading seriesID"
            )
        ) {
            _ = try await client(cut).call(request)
        }
        #expect(cut.asked.count == 1)
    }

    @Test("stops when its task is cancelled")
    func cancelled() async throws {
        let peer = ScriptedRequester([.answers { $0.refusal(Refusal(.busy, "")) }])
        let client = client(peer)
        let request = request
        let task = Task { try await client.call(request, timeout: .seconds(600)) }
        while peer.asked.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: MessagingError.self) { _ = try await task.value }
    }
}

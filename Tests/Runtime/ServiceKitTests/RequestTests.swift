import Contracts
import Messaging
import ServiceKit
import Storage
import TestKit
import Testing
import Wire

@Suite("Requests and remembered replies", .timeLimit(.minutes(1)))
struct RequestTests {
    private struct Asking {
        let requester: any Requester

        func send(_ frame: Frame) async throws -> [UInt8] {
            try await requester.request(frame.encoded(), timeout: .seconds(10))
        }

        func ask(_ frame: Frame) async throws -> Frame {
            try Frame(decoding: try await send(frame))
        }

        func refusal(_ frame: Frame) async throws -> Refusal? {
            let reply = try await ask(frame)
            guard reply.isRefusal else { return nil }
            var reader = FrameReader(reply.body)
            return try Refusal(from: &reader)
        }
    }

    private func withBank(_ body: (ServiceHost, Asking, String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let bank = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            let requester = try transport.requester(to: try Address("memory://ingest"), receiveLimit: 1 << 20)
            try await body(bank, Asking(requester: requester), folder)
            await requester.close()
            await bank.stop()
        }
    }

    @Test("a repeated request id returns the same bytes and changes nothing twice")
    func repeated() async throws {
        try await withBank { bank, asking, _ in
            let frame = Frame.request(Deposit(amount: 5), id: .random())
            let first = try await asking.send(frame)
            _ = try await asking.send(Frame.request(Deposit(amount: 7), id: .random()))
            #expect(try await asking.send(frame) == first)
            #expect(try await bank.number("SELECT count(*) AS n FROM deposits") == 2)
            #expect(bank.events.headSeq == 2)
            let reply = try Frame(decoding: first)
            #expect(reply.isReply && !reply.isRefusal && reply.requestID == frame.requestID)
        }
    }

    @Test("a request id repeated while the first still runs changes nothing twice", arguments: [true, false])
    func concurrent(isSlow: Bool) async throws {
        try await withBank { bank, asking, _ in
            let id = RequestID.random()
            let frame =
                isSlow
                ? Frame.request(SlowDeposit(amount: 5), id: id) : Frame.request(Deposit(amount: 5), id: id)
            let replies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<8 { group.addTask { try await asking.send(frame) } }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(replies.count == 1)
            #expect(try await bank.number("SELECT count(*) AS n FROM deposits") == 1)
            #expect(bank.events.headSeq == 1)
        }
    }

    @Test("a reply is remembered over a restart, and for a day")
    func afterRestart() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let time = ManualClock()
            var environment = HostEnvironment.test
            environment.clock = time.clock
            let frame = Frame.request(Deposit(amount: 5), id: .random())
            var bank = try await ServiceHost.test(
                Bank.definition(),
                in: folder,
                over: transport,
                environment: environment
            )
            let requester = try transport.requester(to: try Address("memory://ingest"), receiveLimit: 1 << 20)
            let first = try await requester.request(frame.encoded(), timeout: .seconds(5))
            await bank.stop()
            time.advance(by: .seconds(86_000))
            bank = try await ServiceHost.test(
                Bank.definition(),
                in: folder,
                over: transport,
                environment: environment
            )
            #expect(try await requester.request(frame.encoded(), timeout: .seconds(5)) == first)
            #expect(try await bank.number("SELECT count(*) AS n FROM deposits") == 1)
            let memory = ReplyMemory(clock: time.clock)
            #expect(try await bank.database.write { try memory.prune(in: $0) } == 0)
            time.advance(by: .seconds(500))
            #expect(try await bank.database.write { try memory.prune(in: $0) } == 1)
            await requester.close()
            await bank.stop()
        }
    }

    @Test("a refused change leaves neither state nor event nor memory")
    func refusedChange() async throws {
        try await withBank { bank, asking, _ in
            let frame = Frame.request(Deposit(amount: Bank.refusedAmount), id: .random())
            for _ in 0..<2 {
                let refusal = try await asking.refusal(frame)
                #expect(refusal?.code == .badArgument)
                #expect(refusal?.text == "an unlucky amount")
            }
            #expect(try await bank.number("SELECT count(*) AS n FROM deposits") == 0)
            #expect(try await bank.number("SELECT count(*) AS n FROM replies") == 0)
            #expect(bank.events.headSeq == 0)
            _ = try await asking.send(Frame.request(Deposit(amount: 1), id: .random()))
            #expect(bank.events.headSeq == 1)
        }
    }

    @Test("what cannot be answered is refused with its reason")
    func refusals() async throws {
        try await withBank { bank, asking, _ in
            let id = RequestID.random()
            _ = try await asking.send(Frame.request(Deposit(amount: 5), id: id))
            let past = RequestOptions(deadline: 1)
            let cases: [(Frame, RefusalCode)] = [
                (Frame.request(SlowDeposit(amount: 5), id: id), .conflict),
                (Frame.request(Deposit(amount: 5), id: .none), .badArgument),
                (Frame.request(Total(), id: .random(), options: past), .deadlineExceeded),
                (Frame.request(Deposit(amount: 5), id: .random(), options: past), .deadlineExceeded),
                (
                    Frame(kind: MessageKind(.ingest, 0x79), schema: 1, requestID: id, body: []),
                    .unsupportedKind
                ),
                (
                    Frame(kind: MessageKind(.labeler, 0x01), schema: 1, requestID: id, body: []),
                    .unsupportedKind
                ),
                (Frame(kind: Total.kind, schema: 9, requestID: id, body: []), .unsupportedSchema),
                (Frame(kind: Deposit.kind, schema: 1, requestID: .random(), body: [1, 2]), .malformed),
                (Frame(kind: Total.kind, schema: 1, isReply: true, requestID: id, body: []), .malformed),
                (
                    Frame.request(FetchEvents(logID: nil, after: 0, limit: 0, waitMilliseconds: 0), id: id),
                    .badArgument
                ),
            ]
            for (frame, code) in cases {
                #expect(try await asking.refusal(frame)?.code == code, "\(frame.kind)")
            }
            let garbage = try await asking.requester.request([1, 2, 3], timeout: .seconds(5))
            let answer = try Frame(decoding: garbage)
            #expect(answer.isRefusal && answer.requestID == .none)
            #expect(try await bank.number("SELECT count(*) AS n FROM deposits") == 1)
            let text = bank.metrics.text()
            #expect(text.contains(#"carina_request_refusals_total{kind="unknown",code="unsupportedKind"} 2"#))
            #expect(text.contains(#"carina_requests_total{kind="ingest.0x7c"} 3"#))
        }
    }

    @Test("hello, state and the log are answered by every service")
    func common() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let bank = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            let client = try ServiceClient(transport: transport, address: try Address("memory://ingest"))
            for amount in 1...3 { _ = try await client.call(Deposit(amount: UInt32(amount))) }
            let hello = try await client.call(Hello())
            #expect(hello.service == 1 && hello.isReady && hello.headSeq == 3)
            #expect(hello.logID == bank.events.logID)

            let all = FetchEvents(logID: nil, after: 1, limit: 9, waitMilliseconds: 0)
            #expect(try await client.call(all).events.map(\.seq) == [2, 3])
            let foreign = FetchEvents(logID: .random(), after: 1, limit: 9, waitMilliseconds: 0)
            let start = try await client.call(foreign)
            #expect(start.events.isEmpty && start.logID == hello.logID && start.headSeq == 3)

            async let waiting = client.call(
                FetchEvents(logID: hello.logID, after: 3, limit: 9, waitMilliseconds: 9_000),
                timeout: .seconds(20)
            )
            _ = try await client.call(Deposit(amount: 4))
            #expect(try await waiting.events.map(\.seq) == [4])

            let entries = try await client.call(State()).entries
            #expect(entries.contains(StateEntry(key: "headSeq", value: "4")))
            #expect(entries.contains(StateEntry(key: "ready", value: "yes")))
            await client.close()
            await bank.stop()
        }
    }
}

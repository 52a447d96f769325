import Messaging
import Synchronization
import TestKit
import Testing

@Suite("Requests and replies", .timeLimit(.minutes(2)))
struct RequestTests {
    @Test("a request is answered with the bytes of its own reply", arguments: Carrier.allCases)
    func answers(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 4, receiveLimit: testLimit) {
                $0.reversed()
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            #expect(try await requester.request([1, 2, 3], timeout: .seconds(5)) == [3, 2, 1])
            #expect(try await requester.request([], timeout: .seconds(5)) == [])
            await requester.close()
            await listener.close()
        }
    }

    @Test("port 0 resolves to the port which the system chose")
    func resolvesPort() async throws {
        let listener = try await NNGTransport().serve(
            at: try Address("tcp://127.0.0.1:0"),
            concurrency: 1,
            receiveLimit: testLimit
        ) { $0 }
        #expect(try #require(listener.address.port) > 0)
        #expect(listener.address.host == "127.0.0.1")
        await listener.close()
    }

    @Test("nng trap 14: 8 contexts answer 8 requests at once", arguments: Carrier.allCases)
    func answersConcurrently(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let running = Locked(0)
            let listener = try await transport.serve(at: address, concurrency: 8, receiveLimit: testLimit) {
                running.withLock { $0 += 1 }
                // No answer ends before all have begun.
                return await eventually(within: .seconds(20)) { running.withLock { $0 } == 8 } ? $0 : []
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            try await withThrowingTaskGroup { group in
                for number in UInt8(0)..<8 {
                    group.addTask { try await expectEcho(of: [number], by: requester) }
                }
                try await group.waitForAll()
            }
            await requester.close()
            await listener.close()
        }
    }

    @Test("no more answers run at once than the listener's concurrency", arguments: Carrier.allCases)
    func limitsConcurrency(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let running = Locked((now: 0, most: 0))
            let listener = try await transport.serve(at: address, concurrency: 3, receiveLimit: testLimit) {
                running.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                try? await Task.sleep(for: .milliseconds(5))
                running.withLock { $0.now -= 1 }
                return $0
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            try await withThrowingTaskGroup { group in
                for number in UInt8(0)..<60 {
                    group.addTask {
                        try await expectEcho(of: [number], by: requester)
                    }
                }
                try await group.waitForAll()
            }
            #expect(running.withLock(\.most) == 3)
            await requester.close()
            await listener.close()
        }
    }

    @Test(
        "thousands of requests from several requesters each get their own reply",
        arguments: Carrier.allCases
    )
    func manyRequests(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 16, receiveLimit: testLimit) {
                $0
            }
            let listenerAddress = listener.address
            try await withThrowingTaskGroup { group in
                for client in UInt64(0)..<4 {
                    let requester = try transport.requester(to: listenerAddress, receiveLimit: testLimit)
                    for lane in UInt64(0)..<32 {
                        group.addTask {
                            var random = SplitMix64(seed: client * 1000 + lane)
                            for _ in 0..<40 {
                                let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                                    UInt8.random(in: .min ... .max, using: &random)
                                }
                                try await expectEcho(of: bytes, by: requester)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await listener.close()
        }
    }

    @Test("a request times out in time when nobody serves", arguments: Carrier.allCases)
    func timesOutWithoutPeer(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let target = carrier == .tcp ? try Address("tcp://127.0.0.1:1") : address
            let requester = try transport.requester(to: target, receiveLimit: testLimit)
            var kind: MessagingError.Kind?
            let time = await ContinuousClock().measure {
                kind = await failureKind { _ = try await requester.request([1], timeout: .milliseconds(100)) }
            }
            #expect(kind == .timeout)
            #expect(time >= .milliseconds(95) && time < .seconds(10), "\(time)")
            await requester.close()
        }
    }

    @Test(
        "a request times out while the answer still runs, and the next one works",
        arguments: Carrier.allCases
    )
    func timesOutWhileRunning(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 2, receiveLimit: testLimit) {
                if $0 == [1] { try? await Task.sleep(for: .milliseconds(300)) }
                return $0
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: testLimit)
            _ = try await requester.request([0], timeout: .seconds(5))
            let kind = await failureKind { _ = try await requester.request([1], timeout: .milliseconds(60)) }
            #expect(kind == .timeout)
            // The late reply to [1] must not be taken for the reply to [2].
            for number in UInt8(2)..<40 {
                try await expectEcho(of: [number], by: requester)
            }
            await requester.close()
            await listener.close()
        }
    }

    @Test(
        "a size of exactly the limit passes both ways, one more is refused unsent",
        arguments: Carrier.allCases
    )
    func limitsSize(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let count = Atomic(0)
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: 1000) {
                count.add(1, ordering: .relaxed)
                return $0
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: 1000)
            let full = [UInt8](repeating: 7, count: 1000)
            #expect(try await requester.request(full, timeout: .seconds(5)) == full)
            let kind = await failureKind { _ = try await requester.request(full + [7], timeout: .seconds(5)) }
            #expect(kind == .tooLarge)
            #expect(count.load(ordering: .relaxed) == 1)
            await requester.close()
            await listener.close()
        }
    }

    @Test("a reply beyond the limit arrives as an empty one at once", arguments: Carrier.allCases)
    func emptiesTooLargeReply(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: 1000) {
                request in
                [UInt8](repeating: 1, count: request == [1] ? 1001 : 1000)
            }
            let requester = try transport.requester(to: listener.address, receiveLimit: 1000)
            #expect(try await requester.request([1], timeout: .seconds(5)) == [])
            #expect(try await requester.request([2], timeout: .seconds(5)).count == 1000)
            await requester.close()
            await listener.close()
        }
    }

    @Test("a used address and an unusable one are refused", arguments: Carrier.allCases)
    func refusesUsedAddress(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: testLimit) {
                $0
            }
            let bound = listener.address
            let kind = await failureKind {
                _ = try await transport.serve(at: bound, concurrency: 1, receiveLimit: testLimit) { $0 }
            }
            #expect(kind == .refused)
            await listener.close()
            // After closing it is free again.
            let second = try await transport.serve(at: bound, concurrency: 1, receiveLimit: testLimit) { $0 }
            #expect(second.address == bound)
            await second.close()
        }
    }
}

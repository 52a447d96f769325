import Messaging
import TestKit
import Testing

@Suite("Published messages", .timeLimit(.minutes(2)))
struct EventTests {
    /// A publisher and a subscriber which have met: what is published from now on arrives.
    private func withMet(
        _ carrier: Carrier,
        topics: [[UInt8]],
        _ body: (_ publisher: any Publisher, _ subscriber: any Subscriber, _ transport: any Transport)
            async throws -> Void
    ) async throws {
        try await carrier.run { transport, address in
            let publisher = try transport.publisher(at: address)
            let subscriber = try transport.subscriber(to: publisher.address, topics: topics + [[0xFF]])
            try await meet(publisher, subscriber)
            try await body(publisher, subscriber, transport)
            await subscriber.close()
            await publisher.close()
        }
    }

    /// Publishes greetings until one arrives, and a last one which marks the end of the greetings.
    private func meet(_ publisher: any Publisher, _ subscriber: any Subscriber) async throws {
        let isMet = try await eventually(within: .seconds(15)) {
            await publisher.publish([0xFF, 0])
            return try await subscriber.next(timeout: .milliseconds(10)) != nil
        }
        #expect(isMet)
        await publisher.publish([0xFF, 1])
        while try await subscriber.next(timeout: .seconds(5)) != [0xFF, 1] {}
    }

    @Test("a burst of 1000 arrives whole and in order", arguments: Carrier.allCases)
    func keepsBurst(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { publisher, subscriber, _ in
            let messages = (0..<1000).map {
                [UInt8($0 & 0xFF), UInt8($0 >> 8)] + [UInt8](repeating: 3, count: 100)
            }
            // nng trap 1: with buffers as they come, 17 of 100 arrived.
            for message in messages { await publisher.publish(message) }
            for message in messages { try await expectNext(message, from: subscriber, within: .seconds(10)) }
            try await expectNext(nil, from: subscriber, within: .milliseconds(20))
        }
    }

    @Test("nng trap 3: only what begins with a topic arrives", arguments: Carrier.allCases)
    func filtersTopics(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[1, 2], [7]]) { publisher, subscriber, _ in
            for message: [UInt8] in [[1], [1, 2], [1, 3, 2], [7, 9], [], [2, 7], [1, 2, 3]] {
                await publisher.publish(message)
            }
            try await expectNext([1, 2], from: subscriber)
            try await expectNext([7, 9], from: subscriber)
            try await expectNext([1, 2, 3], from: subscriber)
            try await expectNext(nil, from: subscriber, within: .milliseconds(20))
        }
    }

    @Test("without a topic nothing arrives", arguments: Carrier.allCases)
    func needsTopic(carrier: Carrier) async throws {
        try await withMet(carrier, topics: []) { publisher, subscriber, _ in
            await publisher.publish([1, 2, 3])
            try await expectNext(nil, from: subscriber, within: .milliseconds(50))
        }
    }

    @Test("several subscribers each get everything", arguments: Carrier.allCases)
    func reachesAll(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { publisher, first, transport in
            let second = try transport.subscriber(to: publisher.address, topics: [[]])
            try await meet(publisher, second)
            for number in UInt8(0)..<50 { await publisher.publish([1, number]) }
            for subscriber in [first, second] {
                var numbers: [UInt8] = []
                while numbers.count < 50, let message = try await subscriber.next(timeout: .seconds(5)) {
                    if message[0] == 1 { numbers.append(message[1]) }
                }
                #expect(numbers == Array(0..<50))
            }
            await second.close()
        }
    }

    @Test(
        "nng trap 2: who joins late misses what was before; who stays meets the next publisher",
        arguments: Carrier.allCases
    )
    func meetsNextPublisher(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { publisher, subscriber, transport in
            await publisher.publish([1])
            let late = try transport.subscriber(to: publisher.address, topics: [[1]])
            try await expectNext(nil, from: late, within: .milliseconds(50))
            await late.close()
            try await expectNext([1], from: subscriber)

            await publisher.close()
            let next = try transport.publisher(at: publisher.address)
            try await meet(next, subscriber)
            await next.publish([2])
            try await expectNext([2], from: subscriber)
            await next.close()
        }
    }

    @Test("what was published just before closing still arrives", arguments: Carrier.allCases)
    func drainsAtClose(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { publisher, subscriber, _ in
            let large = [UInt8](repeating: 9, count: 1 << 20)
            for _ in 0..<8 { await publisher.publish(large) }
            await publisher.close()
            for _ in 0..<8 { try await expectNext(large, from: subscriber, within: .seconds(10)) }
        }
    }

    @Test("a message beyond the limit is not sent, and does no harm", arguments: Carrier.allCases)
    func dropsTooLarge(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { publisher, subscriber, _ in
            await publisher.publish([UInt8](repeating: 9, count: NNGTransport.eventByteCountMaximum + 1))
            await publisher.publish([1])
            try await expectNext([1], from: subscriber)
        }
    }

    @Test("nng trap 9: several readers of one subscriber share the messages", arguments: Carrier.allCases)
    func sharesAmongReaders(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { publisher, subscriber, _ in
            let received = Locked<[UInt8]>([])
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        // Short waits: timeouts and arrivals meet at all possible moments.
                        for _ in 0..<400 where received.withLock({ $0.count < 200 }) {
                            let message = try await subscriber.next(timeout: .milliseconds(1))
                            if let message { received.withLock { $0.append(message[0]) } }
                        }
                    }
                }
                for number in UInt8(0)..<200 {
                    await publisher.publish([number])
                    if number.isMultiple(of: 10) { try await Task.sleep(for: .milliseconds(1)) }
                }
                try await group.waitForAll()
            }
            #expect(received.withLock { $0.sorted() } == Array(0..<200))
        }
    }

    @Test(
        "waiting ends when the time passes, the task is cancelled or the subscriber closes",
        arguments: Carrier.allCases
    )
    func endsWaiting(carrier: Carrier) async throws {
        try await withMet(carrier, topics: [[]]) { _, subscriber, _ in
            let time = try await ContinuousClock().measure {
                try await expectNext(nil, from: subscriber, within: .milliseconds(60))
            }
            #expect(time >= .milliseconds(59) && time < .seconds(10), "\(time)")

            let cancelled = Task {
                await failureKind { _ = try await subscriber.next(timeout: .seconds(60)) }
            }
            cancelled.cancel()
            #expect(await cancelled.value == .cancelled)

            let waiting = Task { await failureKind { _ = try await subscriber.next(timeout: .seconds(60)) } }
            try await Task.sleep(for: .milliseconds(20))
            await subscriber.close()
            #expect(await waiting.value == .closed)
            #expect(await failureKind { _ = try await subscriber.next(timeout: .seconds(1)) } == .closed)
        }
    }

    @Test(
        "a subscriber may start before its publisher, and publishing alone disturbs nobody",
        arguments: Carrier.allCases
    )
    func startsInAnyOrder(carrier: Carrier) async throws {
        try await carrier.run { transport, address in
            let first = try transport.publisher(at: address)
            let bound = first.address
            await first.publish([1])
            await first.close()
            let subscriber = try transport.subscriber(to: bound, topics: [[]])
            try await expectNext(nil, from: subscriber, within: .milliseconds(30))
            let publisher = try transport.publisher(at: bound)
            try await meet(publisher, subscriber)
            await subscriber.close()
            await publisher.close()
        }
    }
}

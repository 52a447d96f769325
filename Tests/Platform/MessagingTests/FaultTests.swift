import Messaging
import TestKit
import Testing

@Suite("Planned faults", .timeLimit(.minutes(1)))
struct FaultTests {
    /// Asks 400 times through a plan.
    private func run(
        _ plan: FaultPlan,
        carrier: Carrier
    ) async throws -> (outcomes: [Bool], counts: FaultyTransport.Counts, calls: Int) {
        var result: (outcomes: [Bool], counts: FaultyTransport.Counts, calls: Int)?
        try await carrier.run { transport, address in
            let faulty = FaultyTransport(transport, plan: plan)
            let calls = Locked(0)
            let listener = try await faulty.serve(at: address, concurrency: 2, receiveLimit: testLimit) {
                calls.withLock { $0 += 1 }
                return $0
            }
            let requester = try faulty.requester(to: listener.address, receiveLimit: testLimit)
            var outcomes: [Bool] = []
            for number in 0..<400 {
                let request = [UInt8(number & 0xFF)]
                do {
                    outcomes.append(try await requester.request(request, timeout: .seconds(10)) == request)
                } catch let error as MessagingError where error.kind == .other {
                    outcomes.append(false)
                }
            }
            await requester.close()
            await listener.close()
            result = (outcomes, faulty.counts, calls.withLock { $0 })
        }
        return try #require(result)
    }

    @Test("lost and repeated requests and lost replies add up", arguments: Carrier.allCases)
    func addsUp(carrier: Carrier) async throws {
        var plan = FaultPlan(seed: 7)
        plan.lostRequests = 0.1
        plan.lostReplies = 0.1
        plan.repeatedRequests = 0.1
        let (outcomes, counts, calls) = try await run(plan, carrier: carrier)
        #expect(counts.lostRequests > 20 && counts.lostReplies > 20 && counts.repeatedRequests > 20)
        #expect(calls == 400 - counts.lostRequests + counts.repeatedRequests)
        #expect(outcomes.count { !$0 } == counts.lostRequests + counts.lostReplies)
    }

    @Test("one seed gives the same faults again, another seed others")
    func repeats() async throws {
        var plan = FaultPlan(seed: 7)
        plan.lostReplies = 0.3
        let first = try await run(plan, carrier: .memory)
        let again = try await run(plan, carrier: .tcp)
        plan.seed = 8
        let other = try await run(plan, carrier: .memory)
        #expect(first.outcomes == again.outcomes)
        #expect(first.outcomes != other.outcomes)
    }

    @Test("late replies come late, and too late ones time out")
    func delaysReplies() async throws {
        var plan = FaultPlan(seed: 1)
        plan.lateReplies = 1
        plan.replyDelay = .milliseconds(40)
        let transport = FaultyTransport(MemoryTransport(), plan: plan)
        let address = try Address("memory://late")
        let listener = try await transport.serve(at: address, concurrency: 1, receiveLimit: testLimit) { $0 }
        let requester = try transport.requester(to: address, receiveLimit: testLimit)
        let time = try await ContinuousClock().measure { try await expectEcho(of: [1], by: requester) }
        #expect(time >= .milliseconds(40))
        #expect(
            await failureKind { _ = try await requester.request([1], timeout: .milliseconds(10)) } == .timeout
        )
        #expect(transport.counts.lateReplies == 2)
        await requester.close()
        await listener.close()
    }

    @Test("lost and repeated events add up, in order")
    func losesEvents() async throws {
        var plan = FaultPlan(seed: 3)
        plan.lostEvents = 0.2
        plan.repeatedEvents = 0.2
        let transport = FaultyTransport(MemoryTransport(), plan: plan)
        let address = try Address("memory://events")
        let publisher = try transport.publisher(at: address)
        let subscriber = try transport.subscriber(to: address, topics: [[]])
        for number in UInt8(0)..<200 { await publisher.publish([number]) }
        var received: [UInt8] = []
        while let message = try await subscriber.next(timeout: .milliseconds(20)) {
            received.append(message[0])
        }
        let counts = transport.counts
        #expect(counts.lostEvents > 20 && counts.repeatedEvents > 20)
        #expect(Set(received).count == 200 - counts.lostEvents)
        #expect(received.count == 200 - counts.lostEvents + counts.repeatedEvents)
        #expect(received == received.sorted())
        await subscriber.close()
        await publisher.close()
    }
}

package import Messaging
private import Synchronization

/// How often which fault happens; shares are from 0 to 1 and drawn from the seed.
package struct FaultPlan: Sendable {
    /// Starts every endpoint's own sequence of draws, so a failing run can be repeated.
    package var seed: UInt64
    /// Share of requests which never reach the peer.
    package var lostRequests = 0.0
    /// Share of requests whose reply is lost although the peer acted.
    package var lostReplies = 0.0
    /// Share of requests which reach the peer twice.
    package var repeatedRequests = 0.0
    /// Share of replies which come late, and by how much.
    package var lateReplies = 0.0
    /// How late a late reply is.
    package var replyDelay = Duration.milliseconds(20)
    /// Share of published messages which never arrive.
    package var lostEvents = 0.0
    /// Share of published messages which arrive twice.
    package var repeatedEvents = 0.0
    /// Share of published messages which come late, and by how much.
    package var lateEvents = 0.0
    /// How late a late event is.
    package var eventDelay = Duration.milliseconds(20)

    /// A plan without faults; set the shares which a test wants.
    package init(seed: UInt64) {
        self.seed = seed
    }
}

/// Any transport with the faults of a plan on the asking and the listening side.
///
/// A lost request or reply ends at once with `MessagingError` of kind `other`, as a lost connection does.
package final class FaultyTransport: Transport {
    /// How many faults happened, so that a test can tell that its plan was at work.
    package struct Counts: Equatable, Sendable {
        /// How many were dropped.
        package var lostRequests = 0
        /// How many were dropped.
        package var lostReplies = 0
        /// How many came twice.
        package var repeatedRequests = 0
        /// How many came late.
        package var lateReplies = 0
        /// How many were dropped.
        package var lostEvents = 0
        /// How many came twice.
        package var repeatedEvents = 0
        /// How many came late.
        package var lateEvents = 0
    }

    private let transport: any Transport
    private let faults: Faults

    /// Wraps a transport.
    package init(_ transport: any Transport, plan: FaultPlan) {
        self.transport = transport
        faults = Faults(plan: plan)
    }

    /// What happened so far.
    package var counts: Counts { faults.counts.withLock { $0 } }

    /// As the wrapped transport, with faults.
    package func serve(
        at address: Address,
        concurrency: Int,
        receiveLimit: Int,
        answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) async throws -> any Listener {
        try await transport.serve(
            at: address,
            concurrency: concurrency,
            receiveLimit: receiveLimit,
            answer: answer
        )
    }

    /// As the wrapped transport, with faults.
    package func requester(to address: Address, receiveLimit: Int) throws -> any Requester {
        let requester = try transport.requester(to: address, receiveLimit: receiveLimit)
        return FaultyRequester(requester, faults: faults)
    }

    /// As the wrapped transport, with faults.
    package func publisher(at address: Address) throws -> any Publisher {
        try transport.publisher(at: address)
    }

    /// As the wrapped transport, with faults.
    package func subscriber(to address: Address, topics: [[UInt8]]) throws -> any Subscriber {
        FaultySubscriber(try transport.subscriber(to: address, topics: topics), faults: faults)
    }
}

/// The plan, what became of it, and the seeds of the endpoints.
private final class Faults: Sendable {
    let plan: FaultPlan
    let counts = Mutex(FaultyTransport.Counts())
    private let endpointCount = Atomic<UInt64>(0)

    init(plan: FaultPlan) {
        self.plan = plan
    }

    /// A sequence of draws for one more endpoint.
    func makeRandom() -> SplitMix64 {
        let number = endpointCount.add(1, ordering: .relaxed).newValue
        return SplitMix64(seed: plan.seed &+ number &* 0xD1B5_4A32_D192_ED03)
    }

    func count(_ fault: any WritableKeyPath<FaultyTransport.Counts, Int> & Sendable) {
        counts.withLock { $0[keyPath: fault] += 1 }
    }
}

private final class FaultyRequester: Requester {
    private let requester: any Requester
    private let faults: Faults
    private let random: Mutex<SplitMix64>

    init(_ requester: any Requester, faults: Faults) {
        self.requester = requester
        self.faults = faults
        random = Mutex(faults.makeRandom())
    }

    func request(_ bytes: [UInt8], timeout: Duration) async throws(MessagingError) -> [UInt8] {
        // All draws of a request are made at once, so that requests side by side do not shuffle them.
        let draws = random.withLock { random in (0..<4).map { _ in random.unit() } }
        let deadline = ContinuousClock.now + timeout
        if draws[0] < faults.plan.lostRequests {
            faults.count(\.lostRequests)
            throw MessagingError(.other, "fault: the request was lost")
        }
        if draws[1] < faults.plan.repeatedRequests {
            faults.count(\.repeatedRequests)
            _ = try await requester.request(bytes, timeout: timeout)
        }
        let remaining = ContinuousClock.now.duration(to: deadline)
        let reply = try await requester.request(bytes, timeout: remaining)
        if draws[2] < faults.plan.lostReplies {
            faults.count(\.lostReplies)
            throw MessagingError(.other, "fault: the reply was lost")
        }
        if draws[3] < faults.plan.lateReplies {
            faults.count(\.lateReplies)
            guard (try? await Task.sleep(for: faults.plan.replyDelay)) != nil else {
                throw MessagingError(.cancelled, "the task was cancelled")
            }
            guard ContinuousClock.now < deadline else {
                throw MessagingError(.timeout, "fault: the reply came too late")
            }
        }
        return reply
    }

    func close() async { await requester.close() }
}

private final class FaultySubscriber: Subscriber {
    private struct State {
        var random: SplitMix64
        var repeated: [[UInt8]] = []
    }

    private let subscriber: any Subscriber
    private let faults: Faults
    private let state: Mutex<State>

    init(_ subscriber: any Subscriber, faults: Faults) {
        self.subscriber = subscriber
        self.faults = faults
        state = Mutex(State(random: faults.makeRandom()))
    }

    func next(timeout: Duration) async throws(MessagingError) -> [UInt8]? {
        if let repeated = state.withLock({ $0.repeated.popLast() }) { return repeated }
        let deadline = ContinuousClock.now + timeout
        while true {
            let remaining = max(.zero, ContinuousClock.now.duration(to: deadline))
            guard let message = try await subscriber.next(timeout: remaining) else { return nil }
            let draws = state.withLock { state in (0..<3).map { _ in state.random.unit() } }
            if draws[0] < faults.plan.lostEvents {
                faults.count(\.lostEvents)
                continue
            }
            if draws[1] < faults.plan.repeatedEvents {
                faults.count(\.repeatedEvents)
                state.withLock { $0.repeated.append(message) }
            }
            if draws[2] < faults.plan.lateEvents {
                faults.count(\.lateEvents)
                // A cancelled wait still hands over what came: nothing else would.
                try? await Task.sleep(for: faults.plan.eventDelay)
            }
            return message
        }
    }

    func close() async { await subscriber.close() }
}

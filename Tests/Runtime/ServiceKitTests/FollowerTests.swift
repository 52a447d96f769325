import Contracts
import Messaging
import ServiceKit
import Storage
import Synchronization
import TestKit
import Testing
import Wire

@Suite("Following a log")
struct FollowerTests {
    private struct Crash: Error {}

    private func deposit(_ count: Int, at transport: any Transport) async throws {
        let client = try ServiceClient(
            transport: transport,
            address: try Address("memory://ingest"),
            name: "bank"
        )
        for amount in 1...count { _ = try await client.call(Deposit(amount: UInt32(100 + amount))) }
        await client.close()
    }

    @Test(
        "each event takes effect exactly once under lost and repeated messages and crashes",
        .timeLimit(.minutes(2)),
        arguments: [UInt64(1), 2, 3, 4, 5]
    )
    func exactlyOnce(seed: UInt64) async throws {
        try await withTemporaryFolder { folder in
            let memory = MemoryTransport()
            var plan = FaultPlan(seed: seed)
            plan.lostEvents = 0.5
            plan.repeatedEvents = 0.3
            plan.lateEvents = 0.2
            plan.eventDelay = .milliseconds(5)
            plan.lostRequests = 0.2
            plan.lostReplies = 0.2
            plan.repeatedRequests = 0.2
            let faulty = FaultyTransport(memory, plan: plan)
            let random = Mutex(SplitMix64(seed: seed))
            var environment = HostEnvironment.test
            environment.timing.attemptsMaximum = 1_000
            let bank = try await ServiceHost.test(Bank.definition(), in: folder, over: memory)
            let mirror = try await ServiceHost.test(
                Mirror.definition { _ in
                    guard random.withLock({ Int.random(in: 0..<5, using: &$0) }) > 0 else { throw Crash() }
                },
                in: folder,
                over: faulty,
                environment: environment
            )
            try await deposit(40, at: memory)
            #expect(bank.events.headSeq == 40)
            let isComplete = try await eventually(within: .seconds(60)) {
                try await Mirror.copies(of: mirror).count >= 40
            }
            #expect(isComplete)
            #expect(try await Mirror.copies(of: mirror) == Array(1...40))
            #expect(faulty.counts.lostEvents + faulty.counts.lostReplies > 0)
            #expect(try await mirror.number("SELECT count(*) AS n FROM dead_letters") == 0)
            await mirror.stop()
            await bank.stop()
        }
    }

    @Test(
        "a follower goes on where it stopped, and starts over when the log was replaced",
        .timeLimit(.minutes(1))
    )
    func restartAndReplacement() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            var bank = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            var mirror = try await ServiceHost.test(Mirror.definition(), in: folder, over: transport)
            try await deposit(3, at: transport)
            #expect(try await eventually { try await Mirror.copies(of: mirror) == [1, 2, 3] })
            await mirror.stop()
            try await deposit(2, at: transport)
            let seen = Mutex<[UInt64]>([])
            mirror = try await ServiceHost.test(
                Mirror.definition { event in seen.withLock { $0.append(event.seq) } },
                in: folder,
                over: transport
            )
            #expect(try await eventually { try await Mirror.copies(of: mirror) == [1, 2, 3, 4, 5] })
            #expect(seen.withLock { $0 } == [4, 5])

            await bank.stop()
            bank = try await ServiceHost.test(Bank.definition(), in: folder + "/new", over: transport)
            try await deposit(2, at: transport)
            #expect(
                try await eventually(within: .seconds(20)) { try await Mirror.copies(of: mirror) == [1, 2] }
            )
            await mirror.stop()
            await bank.stop()
        }
    }

    @Test(
        "an event which always fails is set aside with its reason; a retry lets it take effect",
        .timeLimit(.minutes(1))
    )
    func deadLetter() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let isBroken = Mutex(true)
            let bank = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            let mirror = try await ServiceHost.test(
                Mirror.definition { event in
                    if event.seq == 2, isBroken.withLock({ $0 }) { throw PermanentFailure("no room for it") }
                },
                in: folder,
                over: transport
            )
            try await deposit(4, at: transport)
            #expect(try await eventually { try await Mirror.copies(of: mirror) == [1, 3, 4] })
            let client = try ServiceClient(
                transport: transport,
                address: try Address("memory://labeler"),
                service: .labeler
            )
            let letters = try await client.call(DeadLetters(limit: 10)).letters
            #expect(letters.map(\.key) == ["2"])
            #expect(letters.first?.reason == "no room for it")
            isBroken.withLock { $0 = false }
            #expect(try await client.call(RetryDeadLetters()).count == 1)
            #expect(try await eventually { try await Mirror.copies(of: mirror) == [1, 3, 4, 2] })
            #expect(try await client.call(DeadLetters(limit: 10)).letters.isEmpty)
            await client.close()
            await mirror.stop()
            await bank.stop()
        }
    }

    @Test("a service without state follows into memory, from a given place", .timeLimit(.minutes(1)))
    func volatile() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            var bank = try await ServiceHost.test(Bank.definition(), in: folder, over: transport)
            try await deposit(5, at: transport)
            let seen = Mutex<[UInt64]>([])
            let failures = Tally()
            let place = LogPosition(logID: bank.events.logID, seq: 2)
            let definition = ServiceDefinition(
                name: "index",
                number: .index,
                summary: "keeps all in memory",
                ports: ServicePorts(requests: 7441, events: 7442, health: 7449),
                storage: .volatile,
                peers: [.ingest]
            ) { host in
                try host.followVolatile(.ingest, from: place) {
                    seen.withLock { $0 = [] }
                } apply: { events, position in
                    // The first try of each service fails before it leaves anything behind.
                    if failures.increment() == 1 { throw Crash() }
                    #expect(events.last?.seq == position.seq)
                    seen.withLock { $0 += events.map(\.seq) }
                }
            }
            let index = try await ServiceHost.test(definition, in: folder, over: transport)
            #expect(await eventually { seen.withLock { $0 } == [3, 4, 5] })
            #expect(await eventually { await index.readinessReasons().isEmpty })
            await bank.stop()
            bank = try await ServiceHost.test(Bank.definition(), in: folder + "/new", over: transport)
            try await deposit(1, at: transport)
            #expect(await eventually(within: .seconds(20)) { seen.withLock { $0 } == [1] })
            await index.stop()
            await bank.stop()
        }
    }
}

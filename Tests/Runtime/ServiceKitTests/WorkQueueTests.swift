import Contracts
import Messaging
import ServiceKit
import Storage
import Synchronization
import TestKit
import Testing
import Wire

@Suite("Durable work", .timeLimit(.minutes(1)))
struct WorkQueueTests {
    private struct Failure: Error {}

    private static let done = Migration(
        name: "done 1",
        sql: "CREATE TABLE done(number INTEGER PRIMARY KEY, key TEXT, payload BLOB, attempt INTEGER) STRICT"
    )

    private func definition(
        _ queue: WorkQueue,
        workers: Int = 2,
        perform: @escaping @Sendable (WorkItem) async throws -> Void
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: "trainer",
            number: .trainer,
            summary: "works",
            ports: ServicePorts(requests: 7421, events: 7422, health: 7429),
            migrations: [Self.done]
        ) { host in
            host.work(on: queue, workers: workers) { item in
                try await perform(item)
                return { transaction in
                    try transaction.execute(
                        "INSERT INTO done(key, payload, attempt) VALUES (?, ?, ?)",
                        item.key,
                        item.payload,
                        item.attempt
                    )
                }
            }
        }
    }

    private func done(_ host: ServiceHost) async throws -> [String] {
        try await host.database.read { transaction in
            try transaction.rows("SELECT key, attempt FROM done ORDER BY number").map {
                "\(try $0.text("key"))#\(try $0.int("attempt"))"
            }
        }
    }

    @Test("work is tried again, then put aside with its reason, and comes back when asked to")
    func deadLetters() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let queue = WorkQueue("test", attemptsMaximum: 3, pause: .zero)
            let isBroken = Mutex(true)
            let host = try await ServiceHost.test(
                definition(queue) { item in
                    switch item.key {
                    case "sometimes": if item.attempt < 3 { throw Failure() }
                    case "never": if isBroken.withLock({ $0 }) { throw Failure() }
                    case "hopeless": if isBroken.withLock({ $0 }) { throw PermanentFailure("of no use") }
                    default: break
                    }
                },
                in: folder,
                over: transport
            )
            try await host.database.write { transaction in
                for key in ["sometimes", "never", "hopeless", "easy"] {
                    try queue.enqueue(key: key, payload: Array(key.utf8), in: transaction)
                }
            }
            #expect(
                try await eventually { try await host.number("SELECT count(*) AS n FROM dead_letters") == 2 }
            )
            #expect(try await eventually { try await Set(done(host)) == ["easy#1", "sometimes#3"] })
            let client = try ServiceClient(transport: transport, address: try Address("memory://trainer"))
            let letters = try await client.call(DeadLetters(limit: 9)).letters.sorted { $0.key < $1.key }
            #expect(letters.map(\.key) == ["hopeless", "never"])
            #expect(letters.map(\.attempts) == [1, 3])
            #expect(letters.first?.reason == "of no use")
            #expect(letters.allSatisfy { $0.kind == "test" })

            isBroken.withLock { $0 = false }
            #expect(try await client.call(RetryDeadLetters()).count == 2)
            #expect(
                try await eventually {
                    try await Set(done(host)) == ["easy#1", "sometimes#3", "never#1", "hopeless#1"]
                }
            )
            #expect(try await host.number("SELECT count(*) AS n FROM work") == 0)
            await client.close()
            await host.stop()
        }
    }

    @Test("pieces done together are committed together; one that fails is found out and fails alone")
    func batches() async throws {
        try await withTemporaryFolder { folder in
            let queue = WorkQueue("test", attemptsMaximum: 1, pause: .zero)
            let sizes = Mutex<[Int]>([])
            let isOpen = Mutex(false)
            let definition = ServiceDefinition(
                name: "trainer",
                number: .trainer,
                summary: "works",
                ports: ServicePorts(requests: 7421, events: 7422, health: 7429),
                migrations: [Self.done]
            ) { host in
                host.work(on: queue, workers: 2, batch: 4) { items in
                    while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
                    sizes.withLock { $0.append(items.count) }
                    if items.contains(where: { $0.key == "prepared badly" }) { throw Failure() }
                    return items.map { item in
                        { transaction in
                            if item.key == "committed badly" { throw Failure() }
                            try transaction.execute("INSERT INTO done(key, attempt) VALUES (?, 1)", item.key)
                        }
                    }
                }
            }
            let host = try await ServiceHost.test(definition, in: folder, over: MemoryTransport())
            let names = (0..<20).map { "\($0)" } + ["prepared badly", "committed badly"]
            try await host.database.write { transaction in
                for key in names { try queue.enqueue(key: key, in: transaction) }
            }
            isOpen.withLock { $0 = true }
            #expect(try await eventually { try await host.number("SELECT count(*) AS n FROM work") == 0 })
            #expect(try await Set(done(host)) == Set((0..<20).map { "\($0)#1" }))
            let letters = try await host.database.read { try queue.deadLetters(limit: 9, in: $0).map(\.key) }
            #expect(Set(letters) == ["prepared badly", "committed badly"])
            let done = sizes.withLock { $0 }
            #expect((done.max() ?? 0) > 1 && (done.max() ?? 0) <= 4)
            await host.stop()
        }
    }

    @Test("a peer that is away costs no attempt")
    func peerAway() async throws {
        try await withTemporaryFolder { folder in
            let queue = WorkQueue("test", attemptsMaximum: 1, pause: .zero)
            let tries = Tally()
            let host = try await ServiceHost.test(
                definition(queue) { _ in
                    switch tries.increment() {
                    case 1: throw MessagingError(.timeout, "nobody there")
                    case 2: throw Refusal(.loading, "not yet")
                    default: break
                    }
                },
                in: folder,
                over: MemoryTransport()
            )
            try await host.database.write { try queue.enqueue(key: "a", in: $0) }
            #expect(try await eventually(within: .seconds(20)) { try await done(host) == ["a#1"] })
            #expect(tries.value == 3)
            await host.stop()
        }
    }

    @Test("a key enqueued while it is worked on is worked on again, one at a time")
    func replacedWhileRunning() async throws {
        try await withTemporaryFolder { folder in
            let queue = WorkQueue("test", pause: .zero)
            let gate = Mutex(false)
            let running = Tally()
            let most = Mutex((now: 0, most: 0))
            let host = try await ServiceHost.test(
                definition(queue, workers: 4) { item in
                    most.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    defer { most.withLock { $0.now -= 1 } }
                    running.increment()
                    _ = await eventually { gate.withLock { $0 } }
                    _ = item
                },
                in: folder,
                over: MemoryTransport()
            )
            try await host.database.write { try queue.enqueue(key: "a", payload: [1], in: $0) }
            #expect(await eventually { running.value == 1 })
            try await host.database.write { try queue.enqueue(key: "a", payload: [2], in: $0) }
            gate.withLock { $0 = true }
            #expect(try await eventually { try await done(host).count == 2 })
            let payloads = try await host.database.read {
                try $0.rows("SELECT payload FROM done ORDER BY number").map { try $0.blob("payload") }
            }
            #expect(payloads == [[1], [2]])
            #expect(most.withLock { $0.most } == 1)
            await host.stop()
        }
    }

    @Test("work outlives the process, and what a failing commit did is undone")
    func survives() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let queue = WorkQueue("test", pause: .zero)
            let started = Tally()
            var host = try await ServiceHost.test(
                definition(queue) { _ in
                    started.increment()
                    try await Task.sleep(for: .seconds(3_600))
                },
                in: folder,
                over: transport
            )
            try await host.database.write { transaction in
                for key in ["a", "b", "c"] { try queue.enqueue(key: key, in: transaction) }
            }
            #expect(await eventually { started.value == 2 })
            await host.stop()
            host = try await ServiceHost.test(definition(queue) { _ in }, in: folder, over: transport)
            #expect(try await eventually { try await Set(done(host)) == ["a#1", "b#1", "c#1"] })
            await host.stop()
        }
    }
}

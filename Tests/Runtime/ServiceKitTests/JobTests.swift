import Contracts
import Messaging
import ServiceKit
import Storage
import Synchronization
import TestKit
import Testing
import Wire

@Suite("Jobs", .timeLimit(.minutes(1)))
struct JobTests {
    private struct Failure: Error {}

    private static let kinds: [(name: String, restart: JobCenter.RestartPolicy)] = [
        ("build", .again), ("fragile", .fail),
    ]

    private func definition(
        perform: @escaping @Sendable (JobRun) async throws -> String
    ) -> ServiceDefinition {
        Bank.definition { host in
            for kind in Self.kinds {
                host.jobs.handle(kind.name, onRestart: kind.restart) { run in
                    let result = try await perform(run)
                    return { transaction in
                        try transaction.execute("INSERT INTO deposits(amount) VALUES (1)")
                        return result
                    }
                }
            }
        }
    }

    private func client(_ transport: any Transport) throws -> ServiceClient {
        try ServiceClient(transport: transport, address: try Address("memory://ingest"), service: .ingest)
    }

    private func job(_ id: Identifier, _ client: ServiceClient, is state: JobState) async throws -> Job? {
        var job: Job?
        _ = try await eventually {
            job = try await client.call(JobStatus(jobID: id)).job
            return job?.state == state
        }
        return job?.state == state ? job : nil
    }

    @Test("a job tells its progress, then its result, committed with what it made")
    func progressAndResult() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let mayEnd = Mutex(false)
            let host = try await ServiceHost.test(
                definition { run in
                    run.report(0.5, "half \(run.input.count)")
                    _ = await eventually { mayEnd.withLock { $0 } }
                    return "the result"
                },
                in: folder,
                over: transport
            )
            let client = try client(transport)
            let id = try await host.database.write { try host.jobs.start("build", input: [1, 2, 3], in: $0) }
            #expect(try await eventually { try await client.call(JobStatus(jobID: id)).job.text == "half 3" })
            let running = try await client.call(JobStatus(jobID: id)).job
            #expect(running.state == .running && running.progress == 0.5 && running.result.isEmpty)
            #expect(running.finishedMilliseconds == nil)
            mayEnd.withLock { $0 = true }
            let done = try #require(try await job(id, client, is: .done))
            #expect(done.progress == 1 && done.result == "the result" && done.kind == "build")
            #expect(try #require(done.finishedMilliseconds) >= done.startedMilliseconds)
            #expect(try await host.number("SELECT count(*) AS n FROM deposits") == 1)
            #expect(try await client.call(ListJobs(limit: 5)).jobs == [done])
            await #expect(throws: Refusal.self) { try await client.call(JobStatus(jobID: .random())) }
            await client.close()
            await host.stop()
        }
    }

    @Test("jobs of one kind run one after the other; a waiting and a running one can be cancelled")
    func cancel() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let started = Tally()
            let host = try await ServiceHost.test(
                definition { run in
                    started.increment()
                    // As a computation does: on a thread of its own, looking now and then.
                    try await offPool { while !run.isCancelled {} }
                    throw CancellationError()
                },
                in: folder,
                over: transport
            )
            let client = try client(transport)
            let ids = try await host.database.write { transaction in
                try (0..<2).map { _ in try host.jobs.start("build", in: transaction) }
            }
            #expect(await eventually { started.value == 1 })
            #expect(try await client.call(CancelJob(jobID: ids[1])).job.state == .cancelled)
            _ = try await client.call(CancelJob(jobID: ids[0]))
            #expect(try await job(ids[0], client, is: .cancelled) != nil)
            #expect(started.value == 1)
            #expect(try await host.number("SELECT count(*) AS n FROM deposits") == 0)
            await #expect(throws: Refusal.self) { try await client.call(CancelJob(jobID: .random())) }
            await client.close()
            await host.stop()
        }
    }

    @Test("a failing job keeps its reason; the next one runs")
    func failure() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let host = try await ServiceHost.test(
                definition { run in
                    run.report(0.25, "reading")
                    if run.input.isEmpty { throw Refusal(.notFound, "no data set") }
                    return ""
                },
                in: folder,
                over: transport
            )
            let client = try client(transport)
            let ids = try await host.database.write { transaction in
                [
                    try host.jobs.start("build", in: transaction),
                    try host.jobs.start("build", input: [1], in: transaction),
                ]
            }
            let failed = try #require(try await job(ids[0], client, is: .failed))
            #expect(failed.text == "notFound: no data set" && failed.progress == 0.25)
            #expect(try await job(ids[1], client, is: .done) != nil)
            await client.close()
            await host.stop()
        }
    }

    @Test("after a restart a job runs again or is marked as interrupted, as its kind says")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let transport = MemoryTransport()
            let started = Tally()
            var host = try await ServiceHost.test(
                definition { _ in
                    started.increment()
                    try await Task.sleep(for: .seconds(3_600))
                    return ""
                },
                in: folder,
                over: transport
            )
            let starting = host
            let ids = try await host.database.write { transaction in
                try Self.kinds.map { try starting.jobs.start($0.name, in: transaction) }
            }
            #expect(await eventually { started.value == 2 })
            await host.stop()
            host = try await ServiceHost.test(definition { _ in "second time" }, in: folder, over: transport)
            let client = try client(transport)
            #expect(try await job(ids[0], client, is: .done)?.result == "second time")
            #expect(try await job(ids[1], client, is: .failed)?.text == "interrupted by a restart")
            await client.close()
            await host.stop()
        }
    }
}

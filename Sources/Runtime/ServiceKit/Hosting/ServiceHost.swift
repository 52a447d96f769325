internal import Contracts
package import Logging
package import Messaging
package import Storage
internal import Synchronization
package import Wire

/// One running service: its state, its log, what it answers, follows and does.
///
/// Everything is registered in the definition's `setUp`; then it listens. `stop` drains it and closes the database.
package final class ServiceHost: Sendable {
    /// What `setUp` registered.
    struct Registration {
        var loops: [(name: String, body: @Sendable () async -> Void)] = []
        var readiness: [@Sendable () async -> String?] = []
        var stateLines: [@Sendable () async -> [(key: String, value: String)]] = []
        var drains: [@Sendable () async -> Void] = []
        var tails: [TailStatus] = []
        var queues: [WorkQueue] = []
        var clients: [ServicePeer: ServiceClient] = [:]
        var isClosed = false
    }

    /// What the service is.
    package let definition: ServiceDefinition
    /// Its settings, checked.
    package let settings: Settings
    /// Where it logs to.
    package let logger: Logger
    /// What it counts.
    package let metrics: Metrics
    /// The only folder which the service writes.
    package let dataFolder: String
    /// Its durable state.
    package let database: StateDatabase
    /// The log of what happened here.
    package let events: EventLog
    /// Its long work.
    package let jobs: JobCenter
    /// How it reaches others.
    package let transport: any Transport
    /// The time of day.
    package let clock: WallClock
    let router: RequestRouter
    let standard: StandardSettings
    let timing: TailTiming
    let registration = Mutex(Registration())
    let running = Mutex(Running())

    init(
        _ definition: ServiceDefinition,
        settings: Settings,
        transport: any Transport,
        database: StateDatabase,
        environment: HostEnvironment
    ) async throws {
        let logger = environment.logger
        self.definition = definition
        self.settings = settings
        self.transport = transport
        self.database = database
        self.logger = logger
        clock = environment.clock
        timing = environment.timing
        metrics = Metrics()
        standard = StandardSettings(definition)
        dataFolder = settings[standard.data]
        events = try await EventLog(database: database, clock: environment.clock)
        jobs = JobCenter(database: database, clock: environment.clock, logger: logger, metrics: metrics)
        router = RequestRouter(
            service: definition.number,
            database: database,
            clock: environment.clock,
            logger: logger,
            metrics: metrics
        )
    }

    /// The service's name.
    package var name: String { definition.name }

    // MARK: Requests

    /// Answers a request that only asks.
    package func on<Request: WireRequest>(
        _ type: Request.Type,
        perform: @escaping @Sendable (Request, RequestContext) async throws -> Request.Reply
    ) {
        router.add(type, perform: perform)
    }

    /// Answers a request that changes state: the change, its events and its remembered reply are one transaction.
    package func onChanging<Request: WireRequest>(
        _ type: Request.Type,
        perform: @escaping @Sendable (Request, RequestContext, Transaction) throws -> Request.Reply
    ) {
        router.addChanging(type) { request, context in
            { transaction in try perform(request, context, transaction) }
        }
    }

    /// Answers a request that changes state after slow preparation, which may run again after a crash.
    package func onChangingAsync<Request: WireRequest>(
        _ type: Request.Type,
        prepare:
            @escaping @Sendable (Request, RequestContext) async throws ->
            @Sendable (Transaction) throws -> Request.Reply
    ) {
        router.addChanging(type, prepare: prepare)
    }

    // MARK: Work

    /// Works on a queue with several workers.
    ///
    /// - Parameter perform: does one piece of work and returns what to commit together with its end.
    package func work(
        on queue: WorkQueue,
        workers: Int,
        perform: @escaping @Sendable (WorkItem) async throws -> @Sendable (Transaction) throws -> Void
    ) {
        work(on: queue, workers: workers, batch: 1) { items in
            var commits: [@Sendable (Transaction) throws -> Void] = []
            for item in items { commits.append(try await perform(item)) }
            return commits
        }
    }

    /// Works on a queue with several workers, each of which may do several pieces together.
    ///
    /// - Parameters:
    ///   - batch: most pieces that a worker does together.
    ///   - perform: does some pieces and returns for each of them, in their order, what to commit together with its end.
    ///     When it throws, or their common commit fails, each piece is done by itself.
    package func work(
        on queue: WorkQueue,
        workers: Int,
        batch: Int,
        perform: @escaping @Sendable ([WorkItem]) async throws -> [@Sendable (Transaction) throws -> Void]
    ) {
        let outcomes = metrics.counter(
            "carina_work_total",
            help: "Pieces of durable work, by queue and outcome of one try.",
            labels: ["queue", "outcome"]
        )
        let dispatcher = WorkDispatcher(
            queue: queue,
            workers: workers,
            batch: batch,
            database: database,
            clock: clock,
            logger: logger,
            outcomes: outcomes,
            perform: perform
        )
        register {
            $0.queues.append(queue)
            $0.loops.append(("work \(queue.name)", { await dispatcher.run() }))
        }
    }

    /// Runs something beside the requests; it is cancelled when the service drains and restarted when it throws.
    package func background(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        let (timing, logger) = (timing, logger)
        let loop: @Sendable () async -> Void = {
            var failures = 0
            while !Task.isCancelled {
                do {
                    return try await body()
                } catch {
                    guard !Task.isCancelled else { return }
                    failures += 1
                    logger.error(
                        "background work failed",
                        metadata: ["name": "\(name)", "reason": "\(reason(of: error))"]
                    )
                    let wait = pause(
                        first: timing.pauseMinimum,
                        longest: timing.pauseMaximum,
                        failures: failures
                    )
                    try? await Task.sleep(for: wait)
                }
            }
        }
        register { $0.loops.append((name, loop)) }
    }

    // MARK: State

    /// Adds a condition of readiness under a name; a text is the reason why the service is not ready.
    package func requireReady(_ name: String, _ reason: @escaping @Sendable () async -> String?) {
        register { $0.readiness.append { await reason().map { "\(name): \($0)" } } }
    }

    /// Adds lines to the answer of the operation `State`.
    package func describeState(_ lines: @escaping @Sendable () async -> [(key: String, value: String)]) {
        register { $0.stateLines.append(lines) }
    }

    /// Runs something while the service drains, when nothing else runs anymore and the database is still open.
    package func onDrain(_ body: @escaping @Sendable () async -> Void) {
        register { $0.drains.append(body) }
    }

    /// Publishes an event that stands in no log: for services without durable state.
    package func announce<Event: WireEvent>(_ event: Event) async {
        guard let publisher = running.withLock(\.publisher) else { return }
        await publisher.publish(Frame.published(event).encoded())
    }

    var queueBells: [BellList] { registration.withLock { $0.queues.map(\.bells) } }

    func register(_ change: (inout sending Registration) -> Void) {
        registration.withLock { registration in
            precondition(!registration.isClosed, "register in setUp, before the service listens")
            change(&registration)
        }
    }
}

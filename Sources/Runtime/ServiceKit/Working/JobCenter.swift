package import Contracts
internal import Logging
package import Storage
internal import Synchronization
package import Wire

/// The long work of a service: started by a request, watched and cancelled by its id, remembered in the database.
///
/// One job of each kind runs at a time, in the order of their starts. What a job made and its end are one transaction.
package final class JobCenter: Sendable {
    /// What to do with a job which was running when the process ended.
    package enum RestartPolicy: Sendable {
        /// Run it from the start.
        case again
        /// Mark it as failed.
        case fail
    }

    /// Writes what the job made and returns its result text.
    package typealias Commit = @Sendable (Transaction) throws -> String
    typealias Perform = @Sendable (JobRun) async throws -> Commit

    /// The table of the jobs.
    package static let migration = Migration(
        name: "kit jobs 1",
        sql: """
            CREATE TABLE jobs(
                number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, kind TEXT NOT NULL,
                input BLOB NOT NULL, state INTEGER NOT NULL, progress REAL NOT NULL, text TEXT NOT NULL,
                result TEXT NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER
            ) STRICT;
            CREATE INDEX jobs_by_state ON jobs(state, number);
            """
    )

    private struct Handler {
        let restart: RestartPolicy
        let perform: Perform
    }

    private struct State {
        var handlers: [String: Handler] = [:]
        var running: [Identifier: (kind: String, run: JobRun)] = [:]
        /// Cancelled between the commit that marked them as running and their start.
        var cancelledEarly: Set<Identifier> = []
    }

    private let database: StateDatabase
    private let clock: WallClock
    private let logger: Logger
    private let state = Mutex(State())
    private let bell = Bell()
    private let outcomes: Metrics.Counter

    init(database: StateDatabase, clock: WallClock, logger: Logger, metrics: Metrics) {
        self.database = database
        self.clock = clock
        self.logger = logger
        outcomes = metrics.counter(
            "carina_jobs_total",
            help: "Jobs which ended, by kind and outcome.",
            labels: ["kind", "outcome"]
        )
        metrics.gauge("carina_jobs_running", help: "Jobs which run now.") { [weak self] in
            [([], Double(self?.state.withLock { $0.running.count } ?? 0))]
        }
    }

    /// Says how jobs of a kind are done; to be called before the service runs.
    ///
    /// - Parameters:
    ///   - restart: what becomes of a job which a stop or a crash interrupted.
    ///   - perform: does the work and returns what to commit. It looks at `isCancelled` and throws `CancellationError`.
    package func handle(
        _ kind: String,
        onRestart restart: RestartPolicy,
        perform: @escaping @Sendable (JobRun) async throws -> Commit
    ) {
        state.withLock { $0.handlers[kind] = Handler(restart: restart, perform: perform) }
    }

    /// Persists a job within a change; it runs after the commit.
    package func start(
        _ kind: String,
        input: [UInt8] = [],
        in transaction: Transaction
    ) throws -> Identifier {
        precondition(state.withLock { $0.handlers[kind] != nil }, "no handler for jobs of kind \(kind)")
        let id = Identifier.random()
        try transaction.execute(
            """
            INSERT INTO jobs(id, kind, input, state, progress, text, result, started_ms)
            VALUES (?, ?, ?, ?, 0.0, '', '', ?)
            """,
            id.bytes,
            kind,
            input,
            JobState.queued.rawValue,
            clock.now()
        )
        transaction.afterCommit { [bell] in bell.ring() }
        return id
    }

    /// One job with its newest progress; nil when there is none of this id.
    package func record(_ id: Identifier, in transaction: Transaction) throws -> Job? {
        try transaction.row("SELECT * FROM jobs WHERE id = ?", id.bytes).map { live(try Job($0)) }
    }

    /// The newest jobs, newest first.
    package func list(limit: Int, in transaction: Transaction) throws -> [Job] {
        try transaction.rows("SELECT * FROM jobs ORDER BY number DESC LIMIT ?", limit).map {
            live(try Job($0))
        }
    }

    /// Asks a job to stop: a queued one ends at once, a running one when it looks, an ended one stays as it is.
    ///
    /// - Returns: the job; nil when there is none of this id.
    package func cancel(_ id: Identifier, in transaction: Transaction) throws -> Job? {
        try transaction.execute(
            "UPDATE jobs SET state = ?, text = 'cancelled', finished_ms = ? WHERE id = ? AND state = ?",
            JobState.cancelled.rawValue,
            clock.now(),
            id.bytes,
            JobState.queued.rawValue
        )
        let job = try record(id, in: transaction)
        if job?.state == .running { transaction.afterCommit { [weak self] in self?.cancelRunning(id) } }
        return job
    }

    private func cancelRunning(_ id: Identifier) {
        let run = state.withLock { state in
            let run = state.running[id]?.run
            if run == nil { state.cancelledEarly.insert(id) }
            return run
        }
        run?.cancel()
    }

    /// Deals with what the last process left, then runs jobs until its task is cancelled.
    func run() async throws {
        try await recover()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    while let (id, kind, input) = try await takeNext() {
                        let run = JobRun(id: id, input: input)
                        let isCancelled = state.withLock { state in
                            state.running[id] = (kind, run)
                            return state.cancelledEarly.remove(id) != nil
                        }
                        if isCancelled { run.cancel() }
                        group.addTask { await self.perform(run, kind: kind) }
                    }
                    await bell.wait()
                } catch {
                    logger.error("jobs cannot be read", metadata: ["reason": "\(reason(of: error))"])
                    await bell.wait(atMost: .seconds(1))
                }
            }
            group.cancelAll()
        }
    }

    private func recover() async throws {
        let again = state.withLock { $0.handlers.filter { $0.value.restart == .again }.map(\.key) }
        let now = clock.now()
        try await database.write { transaction in
            let running = JobState.running.rawValue
            for kind in again {
                try transaction.execute(
                    "UPDATE jobs SET state = ?, progress = 0.0 WHERE state = ? AND kind = ?",
                    JobState.queued.rawValue,
                    running,
                    kind
                )
            }
            try transaction.execute(
                "UPDATE jobs SET state = ?, text = 'interrupted by a restart', finished_ms = ? WHERE state = ?",
                JobState.failed.rawValue,
                now,
                running
            )
        }
    }

    /// Marks the oldest queued job whose kind is free as running.
    private func takeNext() async throws -> (id: Identifier, kind: String, input: [UInt8])? {
        let (known, busy) = state.withLock { (Set($0.handlers.keys), Set($0.running.values.map(\.kind))) }
        let free = known.subtracting(busy)
        guard !free.isEmpty else { return nil }
        return try await database.write { transaction in
            let marks = Array(repeating: "?", count: free.count).joined(separator: ", ")
            let row = try transaction.rows(
                "SELECT id, kind, input FROM jobs WHERE state = ? AND kind IN (\(marks)) ORDER BY number LIMIT 1",
                arguments: [.integer(Int64(JobState.queued.rawValue))] + free.map { .text($0) }
            ).first
            guard let row, let id = Identifier(exactly: try row.blob("id")) else { return nil }
            try transaction.execute(
                "UPDATE jobs SET state = ? WHERE id = ?",
                JobState.running.rawValue,
                id.bytes
            )
            return (id, try row.text("kind"), try row.blob("input"))
        }
    }

    private func perform(_ run: JobRun, kind: String) async {
        guard let handler = state.withLock({ $0.handlers[kind] }) else { return }
        // A task of its own, so that cancelling the job cancels nothing else.
        let task = Task { await self.finish(run, kind: kind, perform: handler.perform) }
        run.attach(task)
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            run.stop()
            task.cancel()
        }
        state.withLock {
            $0.running[run.id] = nil
            $0.cancelledEarly.remove(run.id)
        }
        bell.ring()
    }

    private func finish(_ run: JobRun, kind: String, perform: Perform) async {
        do {
            let commit = try await perform(run)
            try Task.checkCancellation()
            let now = clock.now()
            try await database.write { transaction in
                let result = try commit(transaction)
                try transaction.execute(
                    "UPDATE jobs SET state = ?, progress = 1.0, text = '', result = ?, finished_ms = ? WHERE id = ?",
                    JobState.done.rawValue,
                    result,
                    now,
                    run.id.bytes
                )
            }
            outcomes.add(1, kind, "done")
        } catch {
            // A job which a stop interrupts stays running in the table: the next start deals with it.
            if run.isCancelled && !run.wasCancelled { return }
            await end(run, kind: kind, after: error)
        }
    }

    private func end(_ run: JobRun, kind: String, after error: any Error) async {
        let outcome = run.wasCancelled ? JobState.cancelled : JobState.failed
        let text = run.wasCancelled ? "cancelled" : reason(of: error)
        let (progress, now) = (run.report.progress, clock.now())
        if outcome == .failed {
            logger.error(
                "a job failed",
                metadata: ["job": "\(run.id)", "kind": "\(kind)", "reason": "\(text)"]
            )
        }
        // The job's task may be cancelled, which would stop this write too.
        let write = Task { [database] in
            try await database.write {
                try $0.execute(
                    "UPDATE jobs SET state = ?, progress = ?, text = ?, finished_ms = ? WHERE id = ?",
                    outcome.rawValue,
                    progress,
                    text,
                    now,
                    run.id.bytes
                )
            }
        }
        if case .failure(let error) = await write.result {
            logger.error("a job's end cannot be noted", metadata: ["reason": "\(reason(of: error))"])
        }
        outcomes.add(1, kind, outcome == .failed ? "failed" : "cancelled")
    }

    /// A running job's progress is newer in memory than in its row.
    private func live(_ record: Job) -> Job {
        guard let run = state.withLock({ $0.running[record.id]?.run }), record.state == .running else {
            return record
        }
        var record = record
        record.progress = Float(run.report.progress)
        record.text = run.report.text
        return record
    }
}

extension Job {
    /// Reads a row of the table `jobs`.
    init(_ row: Row) throws {
        guard let id = Identifier(exactly: try row.blob("id")),
            let state = JobState(rawValue: try row.integer("state"))
        else { throw StorageError(.corrupt, "a job has no id or an unknown state") }
        self.init(
            id: id,
            kind: try row.text("kind"),
            state: state,
            progress: Float(try row.real("progress")),
            text: try row.text("text"),
            result: try row.text("result"),
            startedMilliseconds: try row.integer("started_ms"),
            finishedMilliseconds: try row.optionalInt("finished_ms").map { UInt64(clamping: $0) }
        )
    }
}

internal import Logging
internal import Storage
internal import Synchronization

/// Does the work of one queue with several workers, until its task is cancelled.
///
/// Work of one key never runs twice at a time; a result and the end of its work are one transaction.
struct WorkDispatcher: Sendable {
    typealias Commit = @Sendable (Transaction) throws -> Void

    static let pauseMaximum = Duration.seconds(60)
    static let peerPause = Duration.milliseconds(250)
    static let peerPauseMaximum = Duration.seconds(30)

    let queue: WorkQueue
    let workers: Int
    let database: StateDatabase
    let clock: WallClock
    let logger: Logger
    let outcomes: Metrics.Counter
    let perform: @Sendable (WorkItem) async throws -> Commit

    /// Takes work as it becomes due.
    func run() async {
        let bell = Bell()
        queue.bells.add(bell)
        defer { queue.bells.remove(bell) }
        let running = RunningKeys()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                var wait = Self.pauseMaximum
                do {
                    let (due, next) = try await take(except: running.keys)
                    for item in due {
                        running.insert(item.key)
                        group.addTask {
                            await process(item)
                            running.remove(item.key)
                            bell.ring()
                        }
                    }
                    wait = next
                } catch {
                    logger.error("work cannot be read", metadata: ["reason": "\(reason(of: error))"])
                    wait = Self.peerPause
                }
                await bell.wait(atMost: wait)
            }
            group.cancelAll()
        }
    }

    /// Due work for the free workers, and how long to wait when no bell rings.
    private func take(except running: Set<String>) async throws -> (due: [WorkItem], wait: Duration) {
        let free = workers - running.count
        let now = clock.now()
        let queue = queue
        guard free > 0 else { return ([], Self.pauseMaximum) }
        return try await database.read { transaction in
            let rows = try transaction.rows(
                "SELECT * FROM work WHERE queue = ? ORDER BY next_ms, id LIMIT ?",
                queue.name,
                free + running.count
            )
            var due: [WorkItem] = []
            var wait = Self.pauseMaximum
            for row in rows where !running.contains(try row.text("key")) {
                let next = try row.integer("next_ms", as: UInt64.self)
                if next > now {
                    wait = min(wait, .milliseconds(next - now))
                } else if due.count < free {
                    due.append(try Self.item(row, of: queue))
                }
            }
            return (due, wait)
        }
    }

    private static func item(_ row: Row, of queue: WorkQueue) throws -> WorkItem {
        let attempts = try row.integer("attempts", as: Int.self)
        return WorkItem(
            id: try row.int("id"),
            key: try row.text("key"),
            payload: try row.blob("payload"),
            attempt: attempts + 1,
            isLastAttempt: attempts + 1 >= queue.attemptsMaximum,
            delays: try row.integer("delays")
        )
    }

    private func process(_ item: WorkItem) async {
        do {
            let commit = try await perform(item)
            try await database.write { transaction in
                try commit(transaction)
                // Work which was enqueued again meanwhile has another id and stays.
                try transaction.execute("DELETE FROM work WHERE id = ?", item.id)
            }
            outcomes.add(1, queue.name, "done")
        } catch {
            guard !Task.isCancelled else { return }
            do {
                try await note(error, of: item)
            } catch {
                logger.error("work's failure cannot be noted", metadata: ["reason": "\(reason(of: error))"])
                try? await Task.sleep(for: Self.peerPause)
            }
        }
    }

    private func note(_ error: any Error, of item: WorkItem) async throws {
        let text = reason(of: error)
        let fields: Logger.Metadata = ["queue": "\(queue.name)", "key": "\(item.key)", "reason": "\(text)"]
        switch verdict(on: error) {
        case .leave:
            return
        case .putOff:
            let wait = pause(first: Self.peerPause, longest: Self.peerPauseMaximum, failures: item.delays + 1)
            try await putBack(item, counting: false, after: wait, text)
            logger.debug("work is put off", metadata: fields)
            outcomes.add(1, queue.name, "put off")
        case .count where !item.isLastAttempt:
            let wait = pause(first: queue.pause, longest: Self.pauseMaximum, failures: item.attempt)
            try await putBack(item, counting: true, after: wait, text)
            logger.warning("work failed", metadata: fields)
            outcomes.add(1, queue.name, "failed")
        case .count, .giveUp:
            try await bury(item, text)
            logger.error("work is given up", metadata: fields)
            outcomes.add(1, queue.name, "dead")
        }
    }

    private func putBack(
        _ item: WorkItem,
        counting: Bool,
        after wait: Duration,
        _ text: String
    ) async throws {
        let next = clock.now() + UInt64(wait.inSeconds * 1_000)
        try await database.write {
            try $0.execute(
                "UPDATE work SET attempts = ?, delays = ?, next_ms = ?, error = ? WHERE id = ?",
                counting ? item.attempt : item.attempt - 1,
                counting ? item.delays : item.delays + 1,
                next,
                text,
                item.id
            )
        }
    }

    private func bury(_ item: WorkItem, _ text: String) async throws {
        let now = clock.now()
        let name = queue.name
        try await database.write {
            // Work which was enqueued again meanwhile is another piece of work: this one leaves no letter.
            try $0.execute("DELETE FROM work WHERE id = ?", item.id)
            guard $0.changeCount == 1 else { return }
            try $0.execute(
                """
                INSERT OR REPLACE INTO dead_letters(queue, key, payload, attempts, reason, time_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                name,
                item.key,
                item.payload,
                item.attempt,
                text,
                now
            )
        }
    }
}

/// Which keys of a queue are being worked on.
private final class RunningKeys: Sendable {
    private let state = Mutex<Set<String>>([])

    var keys: Set<String> { state.withLock { $0 } }

    func insert(_ key: String) {
        state.withLock { _ = $0.insert(key) }
    }

    func remove(_ key: String) {
        state.withLock { _ = $0.remove(key) }
    }
}

internal import Logging
internal import Storage
internal import Synchronization

/// Does the work of one queue with several workers, until its task is cancelled.
///
/// Work of one key never runs twice at a time; a result and the end of its work are one transaction. A worker may do
/// several pieces together, which are then committed together; when that fails, it does each by itself.
struct WorkDispatcher: Sendable {
    typealias Commit = @Sendable (Transaction) throws -> Void

    static let pauseMaximum = Duration.seconds(60)
    static let peerPause = Duration.milliseconds(250)
    static let peerPauseMaximum = Duration.seconds(30)

    let queue: WorkQueue
    let workers: Int
    /// Most pieces that a worker does together.
    let batch: Int
    let database: StateDatabase
    let clock: WallClock
    let logger: Logger
    let outcomes: Metrics.Counter
    /// Does some pieces and returns what to commit with the end of each, in their order.
    let perform: @Sendable ([WorkItem]) async throws -> [Commit]

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
                    let (due, next) = try await take(
                        except: running.keys,
                        atMost: batch * (workers - running.workerCount)
                    )
                    for items in shared(due, among: workers - running.workerCount) {
                        running.insert(items.map(\.key))
                        group.addTask {
                            await process(items)
                            running.remove(items.map(\.key))
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
    private func take(
        except running: Set<String>,
        atMost free: Int
    ) async throws -> (due: [WorkItem], wait: Duration) {
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

    /// Divides work among free workers, in its order: few pieces are spread, many are done together.
    private func shared(_ items: [WorkItem], among free: Int) -> [[WorkItem]] {
        guard !items.isEmpty else { return [] }
        let count = min(batch, (items.count + free - 1) / free)
        return stride(from: 0, to: items.count, by: count).map {
            Array(items[$0..<min($0 + count, items.count)])
        }
    }

    private func process(_ items: [WorkItem]) async {
        do {
            let commits = try await perform(items)
            precondition(commits.count == items.count, "a worker owes one commit for each piece of work")
            try await database.write { transaction in
                for (item, commit) in zip(items, commits) {
                    try commit(transaction)
                    // Work which was enqueued again meanwhile has another id and stays.
                    try transaction.execute("DELETE FROM work WHERE id = ?", item.id)
                }
            }
            outcomes.add(Double(items.count), queue.name, "done")
        } catch {
            guard !Task.isCancelled else { return }
            let isForAll = [.putOff, .leave].contains(verdict(on: error))
            for item in items {
                // One of them may be to blame: the others must not fail with it.
                if isForAll || items.count == 1 {
                    await noteFailure(error, of: item)
                } else {
                    await process([item])
                }
            }
        }
    }

    private func noteFailure(_ failure: any Error, of item: WorkItem) async {
        do {
            try await note(failure, of: item)
        } catch {
            logger.error("work's failure cannot be noted", metadata: ["reason": "\(reason(of: error))"])
            try? await Task.sleep(for: Self.peerPause)
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

/// Which keys of a queue are being worked on, and by how many workers.
private final class RunningKeys: Sendable {
    private let state = Mutex<(keys: Set<String>, workerCount: Int)>(([], 0))

    var keys: Set<String> { state.withLock(\.keys) }
    var workerCount: Int { state.withLock(\.workerCount) }

    /// A worker takes these.
    func insert(_ keys: [String]) {
        state.withLock { state in
            state.keys.formUnion(keys)
            state.workerCount += 1
        }
    }

    /// The worker who took these is free again.
    func remove(_ keys: [String]) {
        state.withLock { state in
            state.keys.subtract(keys)
            state.workerCount -= 1
        }
    }
}

internal import GRDB
internal import Synchronization

/// Lets writes that wait at the same time share one transaction, and with it one sync of the disk.
///
/// Each is a savepoint of its own: one that throws leaves nothing and fails no other. All return after the commit, and
/// what they wanted to be done then is done before. When the commit fails, all of them fail and none left anything.
final class CommitGroup: Sendable {
    /// Most writes of one transaction: the first of them waits for the last.
    private static let writesMaximum = 128

    private let writer: any DatabaseWriter
    private let waiting = Mutex<[GroupedWrite]>([])

    init(writer: any DatabaseWriter) {
        self.writer = writer
    }

    /// Returns when the body's changes are on the disk.
    func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            let write = GroupedWrite(
                run: { database, isGrouped in
                    let transaction = Transaction(database: database)
                    let result = Result { try Self.perform(body, of: transaction, isGrouped: isGrouped) }
                    return WriteOutcome(
                        hasFailed: (try? result.get()) == nil,
                        aftermath: transaction.aftermath,
                        settle: { failure in
                            continuation.resume(
                                with: result.flatMap { value in
                                    failure.map { .failure($0) } ?? .success(value)
                                }
                            )
                        }
                    )
                },
                fail: { continuation.resume(throwing: $0) }
            )
            waiting.withLock { $0.append(write) }
            // Those that come while a commit syncs are all taken by the first of these; the others find nothing.
            writer.asyncWriteWithoutTransaction { self.runWaiting(on: $0) }
        }
    }

    private static func perform<T>(
        _ body: (Transaction) throws -> T,
        of transaction: Transaction,
        isGrouped: Bool
    ) throws -> T {
        guard isGrouped else { return try body(transaction) }
        var value: T?
        try transaction.database.inSavepoint {
            value = try body(transaction)
            return .commit
        }
        guard let value else { throw StorageError(.database, "a savepoint was not run") }
        return value
    }

    private func runWaiting(on database: Database) {
        var writes = waiting.withLock { waiting in
            defer { waiting.removeFirst(min(waiting.count, Self.writesMaximum)) }
            return waiting.prefix(Self.writesMaximum)
        }
        while !writes.isEmpty { writes = writes.dropFirst(Self.run(writes, on: database)) }
    }

    /// Runs writes in one transaction and tells them how it ended.
    ///
    /// - Returns: how many were run, at least one: a write may ask that no later one shares its transaction.
    private static func run(_ writes: ArraySlice<GroupedWrite>, on database: Database) -> Int {
        var outcomes: [WriteOutcome] = []
        do {
            try database.inTransaction {
                for write in writes {
                    let outcome = write.run(database, writes.count > 1)
                    outcomes.append(outcome)
                    if outcome.hasFailed && writes.count == 1 { return .rollback }
                    // Some errors of the disk make SQLite give up the whole transaction.
                    guard database.isInsideTransaction else {
                        throw StorageError(.database, "the transaction was given up")
                    }
                    if outcome.aftermath.endsGroup { break }
                }
                return .commit
            }
        } catch {
            for outcome in outcomes { outcome.settle(error) }
            if outcomes.isEmpty { writes.first?.fail(error) }
            return max(outcomes.count, 1)
        }
        for outcome in outcomes where !outcome.hasFailed { outcome.aftermath.run() }
        for outcome in outcomes { outcome.settle(nil) }
        return outcomes.count
    }
}

/// A write that waits for its turn.
private struct GroupedWrite: Sendable {
    /// Runs the body, in a savepoint when others share the transaction.
    let run: @Sendable (_ database: Database, _ isGrouped: Bool) -> WriteOutcome
    /// Tells the caller that the body was not run.
    let fail: @Sendable (any Error) -> Void
}

/// What a body left, before its transaction is over.
private struct WriteOutcome: Sendable {
    let hasFailed: Bool
    let aftermath: Aftermath
    /// Tells the caller: the body's value, or its error, or why the transaction failed.
    let settle: @Sendable (_ failure: (any Error)?) -> Void
}

/// What one write wants to be done once it is on the disk.
final class Aftermath: Sendable {
    private struct State {
        var actions: [@Sendable () -> Void] = []
        var endsGroup = false
    }

    private let state = Mutex(State())

    /// Whether no later write may share the transaction.
    var endsGroup: Bool { state.withLock(\.endsGroup) }

    func add(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.actions.append(action) }
    }

    func endGroup() {
        state.withLock { $0.endsGroup = true }
    }

    func run() {
        for action in state.withLock(\.actions) { action() }
    }
}

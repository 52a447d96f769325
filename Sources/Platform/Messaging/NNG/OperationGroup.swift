private import Synchronization

/// The operations which run on one socket: closing interrupts them, waits for their ends, and lets no other
/// start.
///
/// nng trap 10 asks for this order: cancel, join, then close.
final class OperationGroup: Sendable {
    private struct State {
        var running: [ObjectIdentifier: NNGOperation] = [:]
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// A new operation of the group.
    ///
    /// - Throws: `closed` after `close`.
    func begin() throws(MessagingError) -> NNGOperation {
        let operation = try NNGOperation()
        let isClosed = state.withLock { state in
            if !state.isClosed { state.running[ObjectIdentifier(operation)] = operation }
            return state.isClosed
        }
        guard !isClosed else { throw .closedHere }
        return operation
    }

    /// Tells that an operation of the group is over.
    func end(_ operation: NNGOperation) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running[ObjectIdentifier(operation)] = nil
            guard state.running.isEmpty else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Interrupts all operations and waits until each has ended. May be repeated.
    func close() async {
        let running = state.withLock { state in
            state.isClosed = true
            return Array(state.running.values)
        }
        for operation in running { operation.interrupt() }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.running.isEmpty { state.waiters.append(continuation) }
                return state.running.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}

private import Synchronization

/// A place for one value which several parties race to fill: an answer, a timer, a cancellation. The first
/// wins.
final class Outcome<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiter: CheckedContinuation<Value, Never>?
    }

    private let state = Mutex(State())

    var isSettled: Bool { state.withLock { $0.value != nil } }

    /// Fills the place unless it is filled.
    ///
    /// - Returns: true when this value won.
    @discardableResult
    func settle(_ value: Value) -> Bool {
        let (won, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            guard state.value == nil else { return (false, nil) }
            state.value = value
            defer { state.waiter = nil }
            return (true, state.waiter)
        }
        waiter?.resume(returning: value)
        return won
    }

    /// Waits for the value. One waiter only.
    private func wait() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state -> Value? in
                if state.value == nil { state.waiter = continuation }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// Waits for the value; fills the place itself when the time passes or the task is cancelled.
    func value(within timeout: Duration, expired: Value, cancelled: Value) async -> Value {
        await withTaskCancellationHandler {
            guard !isSettled else { return await wait() }
            let timer = Task {
                // A cancelled timer has nothing to say.
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                settle(expired)
            }
            defer { timer.cancel() }
            return await wait()
        } onCancel: {
            settle(cancelled)
        }
    }
}

internal import Synchronization

/// Lets callers wait until a position of the log has been applied.
final class SeqGate: Sendable {
    private struct Waiter {
        let seq: UInt64
        let continuation: CheckedContinuation<Bool, Never>
        let timer: Task<Void, any Error>
    }

    private struct State {
        var seq: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var nextTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Sets the position, which falls when the log was replaced, and wakes whoever waited for it.
    func move(to seq: UInt64) {
        let woken = self.state.withLock { state in
            state.seq = seq
            let woken = state.waiters.filter { $0.value.seq <= seq }
            for ticket in woken.keys { state.waiters[ticket] = nil }
            return woken.values
        }
        for waiter in woken {
            waiter.timer.cancel()
            waiter.continuation.resume(returning: true)
        }
    }

    /// Returns true as soon as the position has been applied, false when the time is over or the task is cancelled.
    func wait(for seq: UInt64, atMost duration: Duration) async -> Bool {
        let ticket = self.state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = self.state.withLock { state -> Bool? in
                    if state.seq >= seq { return true }
                    // Under the lock: a cancellation or the timer either is seen here or finds the waiter.
                    if Task.isCancelled { return false }
                    let timer = Task {
                        try await Task.sleep(for: duration)
                        self.giveUp(ticket)
                    }
                    state.waiters[ticket] = Waiter(seq: seq, continuation: continuation, timer: timer)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            self.giveUp(ticket)
        }
    }

    private func giveUp(_ ticket: UInt64) {
        let waiter = self.state.withLock { $0.waiters.removeValue(forKey: ticket) }
        waiter?.timer.cancel()
        waiter?.continuation.resume(returning: false)
    }
}

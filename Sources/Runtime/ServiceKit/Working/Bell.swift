internal import Synchronization

/// Wakes one waiting loop; rings while nobody waits are remembered as one.
///
/// Any thread may ring, also a database's queue.
final class Bell: Sendable {
    private enum State {
        case silent
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    /// Wakes the waiting loop, or the next one that waits.
    func ring() {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch state {
            case .silent, .rung:
                state = .rung
                return nil
            case .waiting(let continuation):
                state = .silent
                return continuation
            }
        }
        continuation?.resume()
    }

    /// Returns at the next ring, or at once when one was missed or the task is cancelled. One loop waits at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state -> Bool in
                    switch state {
                    case .silent where !Task.isCancelled:
                        state = .waiting(continuation)
                        return false
                    case .silent, .rung:
                        state = .silent
                        return true
                    case .waiting:
                        preconditionFailure("two loops wait for one bell")
                    }
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }

    /// Returns at the next ring or when the time passed, whichever is first.
    func wait(atMost duration: Duration) async {
        let timer = Task {
            try await Task.sleep(for: duration)
            ring()
        }
        await wait()
        timer.cancel()
    }
}

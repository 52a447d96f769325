private import Wire

/// When to ask again: pauses that double, attempts that never outlast the caller's patience.
struct RetrySchedule {
    private let timeout: Duration
    private var pause = Limits.retryPause

    init(timeout: Duration) {
        self.timeout = timeout
    }

    /// What to do after an attempt that may be repeated.
    enum Step: Equatable {
        case pause(Duration)
        case giveUp
    }

    /// How long the attempt that starts now may wait: half of what is left, so that a lost message leaves time for
    /// another one, but never less than `Limits.attemptWait` unless less is left.
    func attemptWait(elapsed: Duration) -> Duration {
        let left = timeout - elapsed
        return min(left, max(left / 2, Limits.attemptWait))
    }

    /// How long to wait before the next attempt; it gives up when the pause would outlast the caller's patience.
    mutating func afterFailure(elapsed: Duration) -> Step {
        let next = pause
        guard elapsed + next < timeout else { return .giveUp }
        pause = min(pause * 2, Limits.retryPauseMaximum)
        return .pause(next)
    }
}

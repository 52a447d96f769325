import Synchronization

/// How many connections are open, against a bound.
final class ConnectionCount: Sendable {
    private let maximum: Int
    private let open = Atomic<Int>(0)

    init(maximum: Int) { self.maximum = maximum }

    /// Counts one more; false when that is above the bound. Each call needs a ``leave()``.
    func enter() -> Bool { self.open.add(1, ordering: .relaxed).newValue <= self.maximum }

    func leave() { self.open.subtract(1, ordering: .relaxed) }
}

private import Synchronization

/// Closing happens once, whoever asks and however often, and runs to its end even if the asking task is
/// cancelled.
final class OneTimeClose: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// True as soon as somebody asked.
    var hasBegun: Bool { task.withLock { $0 != nil } }

    /// Runs the body for the first caller; everybody waits for its end.
    func run(_ body: @escaping @Sendable () async -> Void) async {
        let task = task.withLock { task in
            let running = task ?? Task { await body() }
            task = running
            return running
        }
        await task.value
    }
}

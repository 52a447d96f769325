private import Dispatch
private import Foundation
internal import Synchronization

/// Runs work that computes or blocks for long on a thread of its own.
///
/// Swift's tasks share one thread per core: a training run on them would keep health checks and requests waiting. So
/// would one on a global dispatch queue, which has no more threads than that either: two calls that wait for a disk or
/// a process would keep all others from starting.
package func offPool<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        WorkerThreads.shared.run { continuation.resume(with: Result { try body() }) }
    }
}

/// Threads that are started when all others are busy, and kept.
private final class WorkerThreads: Sendable {
    static let shared = WorkerThreads()

    /// Beyond this many, work waits for a thread.
    private static let countMaximum = 64

    private struct State {
        /// Nil for one that was taken: what it holds, pixels often, must not stay.
        var jobs: [(@Sendable () -> Void)?] = []
        /// Where the next job lies; the array is shortened now and then, not at every job.
        var first = 0
        var threadCount = 0
        var busyCount = 0

        var waitingCount: Int { jobs.count - first }

        mutating func takeJob() -> (@Sendable () -> Void)? {
            guard first < jobs.count else { return nil }
            let job = jobs[first]
            jobs[first] = nil
            first += 1
            if first == jobs.count || first > 1_024 {
                jobs.removeFirst(first)
                first = 0
            }
            return job
        }
    }

    private let state = Mutex(State())
    /// As many signals as there are jobs.
    private let signals = DispatchSemaphore(value: 0)

    func run(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.waitingCount > state.threadCount - state.busyCount,
                state.threadCount < Self.countMaximum
            else { return false }
            state.threadCount += 1
            return true
        }
        if needsThread { Thread.detachNewThread { self.work() } }
        signals.signal()
    }

    private func work() {
        while true {
            signals.wait()
            let job = state.withLock { state in
                state.busyCount += 1
                return state.takeJob()
            }
            job?()
            state.withLock { $0.busyCount -= 1 }
        }
    }
}

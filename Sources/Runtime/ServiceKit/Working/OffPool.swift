internal import Dispatch

/// Runs work that computes or blocks for long on a thread of its own.
///
/// Swift's tasks share one thread per core: a training run on them would keep health checks and requests waiting.
package func offPool<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .utility).async {
            continuation.resume(with: Result { try body() })
        }
    }
}

private import Foundation

/// Runs a call which may block on a thread of its own.
///
/// Not on a global dispatch queue: on Linux tasks run on the same few threads, and two blocked calls stop
/// them all.
func offPool<Value: Sendable>(
    _ body: @escaping @Sendable () throws(MessagingError) -> Value
) async throws(MessagingError) -> Value {
    let result: Result<Value, MessagingError> = await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(returning: Result(catching: body))
        }
    }
    return try result.get()
}

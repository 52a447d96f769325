private import Dispatch

/// Runs a call which may block on a thread outside the cooperative pool, where it would stop other tasks.
func offPool<Value: Sendable>(
    _ body: @escaping @Sendable () throws(MessagingError) -> Value
) async throws(MessagingError) -> Value {
    let result: Result<Value, MessagingError> = await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(returning: Result(catching: body))
        }
    }
    return try result.get()
}

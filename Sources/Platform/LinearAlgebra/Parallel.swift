private import Dispatch
private import Synchronization

/// Runs a body for each index on a few threads; returns when all are done.
package func inParallel(_ count: Int, threadCount: Int, _ body: @Sendable (Int) -> Void) {
    guard threadCount > 1, count > 1 else {
        for index in 0..<count { body(index) }
        return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threadCount) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            body(index)
        }
    }
}

private import LinearAlgebra
private import Synchronization

/// Makes the batches of a training on other threads, so that a step finds its own ready.
///
/// Which bits a batch has depends on its number alone: not on threads, capacity or what was loaded before.
package final class BatchLoader: Sendable {
    private let batches: Ahead<Batch>
    private let used: UsedMemory

    /// Begins to make batches at once.
    ///
    /// - Parameters:
    ///   - first: number of the first batch; others than 0 to go on with a training.
    ///   - capacity: batches that may be there before they are asked for.
    ///   - threadCount: threads that make them, one batch each.
    package init(_ maker: BatchMaker, from first: Int = 0, capacity: Int = 4, threadCount: Int = 2) {
        // Enough for all that are made at once and the one that a step has just used.
        let used = UsedMemory(limit: threadCount + 1)
        self.used = used
        self.batches = Ahead(capacity: capacity, threadCount: threadCount) { number in
            try maker.batch(first + number, reusing: used.take())
        }
    }

    /// The next batch; waits until it is made.
    ///
    /// - Throws: what the plan throws, then and from then on; `CancellationError` after `cancel`.
    package func next() throws -> Batch { try self.batches.next() }

    /// Gives a batch back, so that its memory serves another; the batch must have no other owner to be of use.
    package func recycle(_ batch: consuming Batch) { self.used.give(batch.inputs) }

    /// How long `next` has waited, all calls together: time that a training has lost.
    package var waited: Duration { self.batches.waited }

    /// Makes no more batches.
    package func cancel() { self.batches.cancel() }
}

/// Inputs of batches that are no longer needed.
private final class UsedMemory: Sendable {
    private let limit: Int
    private let inputs = Mutex<[[String: [Float]]]>([])

    init(limit: Int) { self.limit = limit }

    func take() -> [String: [Float]] { self.inputs.withLock { $0.popLast() } ?? [:] }

    func give(_ used: [String: [Float]]) {
        self.inputs.withLock { if $0.count < self.limit { $0.append(used) } }
    }
}

private import Dispatch
private import Synchronization

/// Makes elements 0, 1, 2 … on threads of its own before they are asked for, and hands them out in order.
///
/// What comes out depends on `make` alone, not on the number of threads or on who is faster: each element is
/// made once, by its number. If one cannot be made, all before it are handed out, then its error for ever.
/// Threads without work are given back to the system, not kept waiting.
package final class Ahead<Element: Sendable>: Sendable {
    private let workshop: Workshop<Element>
    /// Held by whoever asks: one at a time, so that each gets the next element.
    private let turn = Mutex<Void>(())
    private let waiting = Mutex(Duration.zero)

    /// Begins to make elements at once.
    ///
    /// - Parameters:
    ///   - capacity: elements, finished or begun, that may be there without being handed out, at least 1.
    ///   - threadCount: threads that make them, at least 1.
    ///   - make: gives the element of a number; called on several threads at once.
    package init(
        capacity: Int,
        threadCount: Int,
        make: @escaping @Sendable (Int) throws -> Element
    ) {
        precondition(capacity > 0 && threadCount > 0, "nothing can be made ahead")
        self.workshop = Workshop(capacity: capacity, threadCount: threadCount, make: make)
        self.workshop.start()
    }

    deinit { self.workshop.stop() }

    /// The next element; waits until it is made.
    ///
    /// - Throws: the error of the element that could not be made; `CancellationError` after `cancel`.
    package func next() throws -> Element {
        try self.turn.withLock { _ in
            if let ready = self.workshop.takeIfReady() { return try ready.get() }
            let start = ContinuousClock.now
            defer { self.waiting.withLock { $0 += ContinuousClock.now - start } }
            return try self.workshop.take().get()
        }
    }

    /// How long `next` has waited for elements, all calls together.
    package var waited: Duration { self.waiting.withLock { $0 } }

    /// Makes no more elements and drops those that are made; whoever waits gets a `CancellationError`.
    ///
    /// Waits for nothing: an element that is being made is finished and dropped by its thread.
    package func cancel() { self.workshop.stop() }
}

/// The part that threads share. They hold it only while they make an element, so that it ends with the last one.
private final class Workshop<Element: Sendable>: Sendable {
    private let state: Mutex<AheadState<Element>>
    /// Signaled once for each time that the state says so.
    private let arrival = DispatchSemaphore(value: 0)
    /// One for each thread. Serial: each gets a thread whatever other queues do, even if those all wait for us.
    private let queues: [DispatchQueue]
    private let make: @Sendable (Int) throws -> Element

    init(capacity: Int, threadCount: Int, make: @escaping @Sendable (Int) throws -> Element) {
        // More threads than elements would never have work.
        let count = min(capacity, threadCount)
        self.state = Mutex(AheadState(capacity: capacity, workers: 0..<count))
        self.queues = (0..<count).map { DispatchQueue(label: "carina.ahead.\($0)") }
        self.make = make
    }

    func start() {
        while let worker = self.state.withLock({ $0.workerToWake() }) { self.wake(worker) }
    }

    func stop() {
        let (dropped, hasWaiter) = self.state.withLock { $0.stop() }
        if hasWaiter { self.arrival.signal() }
        // Outside of the lock: an element's end may run any code.
        _ = consume dropped
    }

    func takeIfReady() -> Result<Element, any Error>? {
        let (result, worker) = self.state.withLock { state in
            let result = state.take()
            return (result, result == nil ? nil : state.workerToWake())
        }
        if let worker { self.wake(worker) }
        return result
    }

    func take() -> Result<Element, any Error> {
        while true {
            if let result = self.takeIfReady() { return result }
            if self.state.withLock({ $0.mustWait() }) { self.arrival.wait() }
        }
    }

    private func wake(_ worker: Int) {
        self.queues[worker].async { self.work(worker) }
    }

    private func work(_ worker: Int) {
        while let number = self.state.withLock({ $0.begin(worker) }) {
            let result = Result { try self.make(number) }
            if self.state.withLock({ $0.finish(number, result) }) { self.arrival.signal() }
        }
    }
}

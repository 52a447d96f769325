/// What is made, what is begun and who rests: the decisions of `Ahead`, without its threads.
struct AheadState<Element: Sendable> {
    /// Elements that may be begun or finished without being handed out.
    let capacity: Int
    /// Finished and not handed out yet, by number.
    private var finished: [Int: Result<Element, any Error>] = [:]
    /// Number of the element that is handed out next.
    private var wanted = 0
    /// Number of the element that is begun next. Numbers are begun in order.
    private var unbegun = 0
    /// Whether an element could not be made: then nothing behind it is begun.
    private var hasFailure = false
    /// What is handed out from now on, if nothing is made any more.
    private var ending: (any Error)?
    /// Workers without work, the next to wake last.
    private var resting: [Int]
    /// Whether someone waits for the element that is wanted.
    private var hasWaiter = false

    /// All workers rest at first.
    init(capacity: Int, workers: Range<Int>) {
        self.capacity = capacity
        self.resting = workers.reversed()
    }

    private var hasWork: Bool {
        self.ending == nil && !self.hasFailure && self.unbegun < self.wanted + self.capacity
    }

    /// A worker that rests though there is work; it must call `begin`.
    mutating func workerToWake() -> Int? { self.hasWork ? self.resting.popLast() : nil }

    /// The number of the element that a worker is to make; nil: it rests.
    mutating func begin(_ worker: Int) -> Int? {
        guard self.hasWork else {
            self.resting.append(worker)
            return nil
        }
        defer { self.unbegun += 1 }
        return self.unbegun
    }

    /// Takes over what a worker has made; says whether the one who waits is to be woken.
    mutating func finish(_ number: Int, _ result: Result<Element, any Error>) -> Bool {
        guard self.ending == nil else { return false }
        if case .failure = result { self.hasFailure = true }
        self.finished[number] = result
        return number == self.wanted && self.endWait()
    }

    /// The next element, if it is there; its error, or that of the ending, for ever.
    mutating func take() -> Result<Element, any Error>? {
        if let ending { return .failure(ending) }
        guard let result = self.finished.removeValue(forKey: self.wanted) else { return nil }
        self.wanted += 1
        // What was made behind it stays until `stop`: its end may run any code, and this runs under a lock.
        if case .failure(let error) = result { self.ending = error }
        return result
    }

    /// Whether to wait for a signal before the next `take`; if so, one will come.
    mutating func mustWait() -> Bool {
        self.hasWaiter = self.ending == nil && self.finished[self.wanted] == nil
        return self.hasWaiter
    }

    /// Ends all; gives what is to be dropped, and says whether the one who waits is to be woken.
    mutating func stop() -> (dropped: [Int: Result<Element, any Error>], hasWaiter: Bool) {
        self.ending = self.ending ?? CancellationError()
        defer { self.finished = [:] }
        return (self.finished, self.endWait())
    }

    private mutating func endWait() -> Bool {
        defer { self.hasWaiter = false }
        return self.hasWaiter
    }
}

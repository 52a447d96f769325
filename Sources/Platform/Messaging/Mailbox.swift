private import Synchronization

/// Messages which arrived and were not asked for yet, at most `capacity` of them: the oldest is dropped
/// first.
final class Mailbox: Sendable {
    fileprivate enum Delivery: Sendable {
        case message([UInt8])
        case nothing
        case failure(MessagingError)
    }

    fileprivate struct State {
        var messages: [[UInt8]] = []
        /// Where the oldest message lies; the array is shortened now and then, not at every take.
        var first = 0
        var waiters: [Outcome<Delivery>] = []
        var isClosed = false
    }

    /// As many as nng keeps at most.
    static let capacity = 8192

    private let state = Mutex(State())

    /// Hands a message to the longest waiting reader, or keeps it.
    func offer(_ message: [UInt8]) {
        state.withLock { state in
            guard !state.isClosed else { return }
            while !state.waiters.isEmpty {
                if state.waiters.removeFirst().settle(.message(message)) { return }
            }
            if state.messages.count - state.first >= Self.capacity { state.dropFirst() }
            state.messages.append(message)
        }
    }

    /// The oldest message; nil when the time passed.
    func next(timeout: Duration) async throws(MessagingError) -> [UInt8]? {
        let waiter = Outcome<Delivery>()
        state.withLock { state in
            if Task.isCancelled {
                waiter.settle(.failure(.cancelledWaiting))
            } else if state.first < state.messages.count {
                waiter.settle(.message(state.dropFirst()))
            } else if state.isClosed {
                waiter.settle(.failure(.closedHere))
            } else {
                state.waiters.removeAll(where: \.isSettled)
                state.waiters.append(waiter)
            }
        }
        switch await waiter.value(
            within: timeout,
            expired: .nothing,
            cancelled: .failure(.cancelledWaiting)
        ) {
        case .message(let message): return message
        case .nothing: return nil
        case .failure(let error): throw error
        }
    }

    /// Ends all waiting readers; what lies here can still be taken.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.settle(.failure(.closedHere)) }
    }
}

extension Mailbox.State {
    @discardableResult
    fileprivate mutating func dropFirst() -> [UInt8] {
        let message = messages[first]
        messages[first] = []
        first += 1
        if first > Mailbox.capacity / 2 || first == messages.count {
            messages.removeFirst(first)
            first = 0
        }
        return message
    }
}

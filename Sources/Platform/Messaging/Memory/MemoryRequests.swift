private import Synchronization

/// One request on its way, and the place for its reply.
struct MemoryExchange: Sendable {
    let request: [UInt8]
    let outcome = Outcome<Result<[UInt8], MessagingError>>()
}

/// The asking end of the twin.
final class MemoryRequester: Requester {
    private let address: Address
    private let hub: MemoryHub
    private let receiveLimit: Int
    /// The running requests by number; nil after closing.
    private let running = Mutex<[Int: MemoryExchange]?>([:])
    private let lastNumber = Atomic(0)

    init(to address: Address, hub: MemoryHub, receiveLimit: Int) {
        self.address = address
        self.hub = hub
        self.receiveLimit = receiveLimit
    }

    func request(_ bytes: [UInt8], timeout: Duration) async throws(MessagingError) -> [UInt8] {
        guard bytes.count <= receiveLimit else { throw .tooLarge(bytes.count, limit: receiveLimit) }
        guard timeout > .zero else { throw .expired(after: timeout) }
        guard !Task.isCancelled else { throw .cancelledWaiting }
        let exchange = MemoryExchange(request: bytes)
        let number = lastNumber.add(1, ordering: .relaxed).newValue
        let isOpen = running.withLock { running in
            running?[number] = exchange
            return running != nil
        }
        guard isOpen else { throw .closedHere }
        defer { running.withLock { $0?[number] = nil } }

        hub.submit(exchange, to: address)
        let result = await exchange.outcome.value(
            within: timeout,
            expired: .failure(.expired(after: timeout)),
            cancelled: .failure(.cancelledWaiting)
        )
        let reply = try result.get()
        // As nng hangs up on what exceeds the receiver's limit.
        guard reply.count <= receiveLimit else { throw .connectionLost }
        return reply
    }

    func close() async {
        let exchanges = running.withLock { running in
            defer { running = nil }
            return running ?? [:]
        }
        for exchange in exchanges.values { exchange.outcome.settle(.failure(.closedHere)) }
    }
}

/// The answering end of the twin.
final class MemoryListener: Listener {
    private struct State {
        var queue: [MemoryExchange] = []
        var workers: [Int: Task<Void, Never>] = [:]
        var lastWorker = 0
        var isClosed = false
    }

    let address: Address
    private let hub: MemoryHub
    private let concurrency: Int
    private let receiveLimit: Int
    private let answerDrainTime: Duration
    private let answer: @Sendable ([UInt8]) async -> [UInt8]
    private let state = Mutex(State())

    init(
        at address: Address,
        hub: MemoryHub,
        concurrency: Int,
        receiveLimit: Int,
        answerDrainTime: Duration,
        answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) {
        self.address = address
        self.hub = hub
        self.concurrency = concurrency
        self.receiveLimit = receiveLimit
        self.answerDrainTime = answerDrainTime
        self.answer = answer
    }

    /// Queues a request and starts it when a worker is free.
    func accept(_ exchange: MemoryExchange) {
        guard exchange.request.count <= receiveLimit else {
            exchange.outcome.settle(.failure(.connectionLost))
            return
        }
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.queue.append(exchange)
            if state.workers.count < concurrency {
                state.lastWorker += 1
                let number = state.lastWorker
                state.workers[number] = Task { await work(as: number) }
            }
            return false
        }
        if isClosed { exchange.outcome.settle(.failure(.connectionLost)) }
    }

    func close() async {
        hub.remove(self)
        let lost = state.withLock { state in
            state.isClosed = true
            defer { state.queue = [] }
            return state.queue
        }
        for exchange in lost { exchange.outcome.settle(.failure(.connectionLost)) }
        let workers = state.withLock { Array($0.workers.values) }
        let impatience = Task {
            guard (try? await Task.sleep(for: answerDrainTime)) != nil else { return }
            for worker in workers { worker.cancel() }
        }
        for worker in workers { await worker.value }
        impatience.cancel()
    }

    private func work(as number: Int) async {
        while let exchange = nextExchange(for: number) {
            let reply = await answer(exchange.request)
            exchange.outcome.settle(.success(reply.count <= receiveLimit ? reply : []))
        }
    }

    /// The next request; nil ends the worker.
    private func nextExchange(for number: Int) -> MemoryExchange? {
        state.withLock { state in
            if !state.queue.isEmpty { return state.queue.removeFirst() }
            state.workers[number] = nil
            return nil
        }
    }
}

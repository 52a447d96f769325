private import Synchronization

/// The twin of `NNGTransport` inside one process: no sockets, no lost messages unless a mailbox overflows.
///
/// Every address is a name in one dictionary, whatever its scheme; port 0 gets a made-up number. Endpoints of
/// different transports never meet. The same tests hold both twins to the same promises.
package final class MemoryTransport: Transport {
    private let hub = MemoryHub()
    private let answerDrainTime: Duration

    /// Makes a world of its own.
    ///
    /// - Parameter answerDrainTime: how long a closing listener waits for running answers before it cancels
    ///   them.
    package init(answerDrainTime: Duration = .seconds(10)) {
        self.answerDrainTime = answerDrainTime
    }

    package func serve(
        at address: Address,
        concurrency: Int,
        receiveLimit: Int,
        answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) async throws -> any Listener {
        let listener = MemoryListener(
            at: try hub.resolve(address),
            hub: hub,
            concurrency: max(1, concurrency),
            receiveLimit: receiveLimit,
            answerDrainTime: answerDrainTime,
            answer: answer
        )
        try hub.add(listener)
        return listener
    }

    package func requester(to address: Address, receiveLimit: Int) throws -> any Requester {
        MemoryRequester(to: address, hub: hub, receiveLimit: receiveLimit)
    }

    package func publisher(at address: Address) throws -> any Publisher {
        let publisher = MemoryPublisher(at: try hub.resolve(address), hub: hub)
        try hub.add(publisher)
        return publisher
    }

    package func subscriber(to address: Address, topics: [[UInt8]]) throws -> any Subscriber {
        let subscriber = MemorySubscriber(to: address, hub: hub, topics: topics)
        hub.add(subscriber)
        return subscriber
    }
}

/// Who listens under which address, and which requests wait for somebody to listen.
final class MemoryHub: Sendable {
    fileprivate struct State {
        var listeners: [Address: MemoryListener] = [:]
        var publishers: [Address: MemoryPublisher] = [:]
        var subscribers: [Address: [MemorySubscriber]] = [:]
        var waiting: [Address: [MemoryExchange]] = [:]
        var lastPort: UInt16 = 0
    }

    private let state = Mutex(State())

    /// The address itself, or with a port of its own when it asks for any.
    func resolve(_ address: Address) throws(MessagingError) -> Address {
        guard address.port == 0 else { return address }
        let port = state.withLock { state in
            state.lastPort += 1
            return state.lastPort
        }
        return try address.replacingPort(with: port)
    }

    func add(_ listener: MemoryListener) throws(MessagingError) {
        let waiting = state.withLock { state -> [MemoryExchange]? in
            guard state.isFree(listener.address) else { return nil }
            state.listeners[listener.address] = listener
            return state.waiting.removeValue(forKey: listener.address) ?? []
        }
        guard let waiting else { throw Self.addressInUse }
        for exchange in waiting { listener.accept(exchange) }
    }

    func add(_ publisher: MemoryPublisher) throws(MessagingError) {
        let isAdded = state.withLock { state in
            guard state.isFree(publisher.address) else { return false }
            state.publishers[publisher.address] = publisher
            return true
        }
        guard isAdded else { throw Self.addressInUse }
    }

    func add(_ subscriber: MemorySubscriber) {
        state.withLock { $0.subscribers[subscriber.address, default: []].append(subscriber) }
    }

    func remove(_ listener: MemoryListener) {
        state.withLock { $0.listeners[listener.address] = nil }
    }

    func remove(_ publisher: MemoryPublisher) {
        state.withLock { $0.publishers[publisher.address] = nil }
    }

    func remove(_ subscriber: MemorySubscriber) {
        state.withLock { $0.subscribers[subscriber.address]?.removeAll { $0 === subscriber } }
    }

    /// Hands a request to its listener, or keeps it until there is one.
    func submit(_ exchange: MemoryExchange, to address: Address) {
        let listener = state.withLock { state -> MemoryListener? in
            if let listener = state.listeners[address] { return listener }
            var waiting = state.waiting[address] ?? []
            waiting.removeAll(where: \.outcome.isSettled)
            waiting.append(exchange)
            state.waiting[address] = waiting
            return nil
        }
        listener?.accept(exchange)
    }

    func subscribers(of address: Address) -> [MemorySubscriber] {
        state.withLock { $0.subscribers[address] ?? [] }
    }

    private static let addressInUse = MessagingError(.refused, "the address is in use")
}

extension MemoryHub.State {
    fileprivate func isFree(_ address: Address) -> Bool {
        listeners[address] == nil && publishers[address] == nil
    }
}

private import Synchronization

/// The telling end of the twin.
final class MemoryPublisher: Publisher {
    let address: Address
    private let hub: MemoryHub
    private let isClosed = Atomic(false)

    init(at address: Address, hub: MemoryHub) {
        self.address = address
        self.hub = hub
    }

    func publish(_ bytes: [UInt8]) async {
        guard bytes.count <= NNGTransport.eventByteCountMaximum, !isClosed.load(ordering: .acquiring) else {
            return
        }
        for subscriber in hub.subscribers(of: address) { subscriber.offer(bytes) }
    }

    func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        hub.remove(self)
    }
}

/// The listening end of the twin.
final class MemorySubscriber: Subscriber {
    let address: Address
    private let hub: MemoryHub
    private let topics: [[UInt8]]
    private let mailbox = Mailbox()

    init(to address: Address, hub: MemoryHub, topics: [[UInt8]]) {
        self.address = address
        self.hub = hub
        self.topics = topics
    }

    /// Keeps the message if it begins with one of the topics.
    func offer(_ message: [UInt8]) {
        guard topics.contains(where: { message.starts(with: $0) }) else { return }
        mailbox.offer(message)
    }

    func next(timeout: Duration) async throws(MessagingError) -> [UInt8]? {
        try await mailbox.next(timeout: timeout)
    }

    func close() async {
        hub.remove(self)
        mailbox.close()
    }
}

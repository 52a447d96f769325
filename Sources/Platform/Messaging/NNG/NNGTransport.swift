/// Messages over nng 1.5.2: tcp, ipc and, with an identity, tls+tcp.
///
/// It holds no state: sockets live in what it returns. Every measured trap of nng is marked where it is
/// avoided.
package struct NNGTransport: Transport {
    /// Largest published message in bytes; a larger one is not sent.
    package static let eventByteCountMaximum = 1 << 20

    private let tls: TLSIdentity?
    private let answerDrainTime: Duration
    private let replyTime: Duration

    /// Makes a transport.
    ///
    /// - Parameters:
    ///   - tls: who we are; needed for `tls+tcp` addresses.
    ///   - answerDrainTime: how long a closing listener waits for running answers before it cancels their
    ///     tasks.
    ///   - replyTime: how long a reply may wait for a peer which does not read before the peer is
    ///     disconnected.
    package init(
        tls: TLSIdentity? = nil,
        answerDrainTime: Duration = .seconds(10),
        replyTime: Duration = .seconds(10)
    ) {
        self.tls = tls
        self.answerDrainTime = answerDrainTime
        self.replyTime = replyTime
    }

    package func serve(
        at address: Address,
        concurrency: Int,
        receiveLimit: Int,
        answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) async throws -> any Listener {
        try Self.checkScheme(of: address)
        let (tls, answerDrainTime, replyTime) = (tls, answerDrainTime, replyTime)
        // Binding may resolve a host's name, and that blocks.
        return try await offPool { () throws(MessagingError) in
            try NNGListener(
                at: address,
                concurrency: concurrency,
                receiveLimit: receiveLimit,
                tls: tls,
                answerDrainTime: answerDrainTime,
                replyTime: replyTime,
                answer: answer
            )
        }
    }

    package func requester(to address: Address, receiveLimit: Int) throws -> any Requester {
        try Self.checkScheme(of: address)
        return try NNGRequester(to: address, receiveLimit: receiveLimit, tls: tls)
    }

    package func publisher(at address: Address) throws -> any Publisher {
        try Self.checkScheme(of: address)
        return try NNGPublisher(at: address, tls: tls)
    }

    package func subscriber(to address: Address, topics: [[UInt8]]) throws -> any Subscriber {
        try Self.checkScheme(of: address)
        return try NNGSubscriber(to: address, topics: topics, tls: tls)
    }

    private static func checkScheme(of address: Address) throws(MessagingError) {
        guard address.scheme != .memory else {
            throw MessagingError(.refused, "a memory address works only inside one process")
        }
    }
}

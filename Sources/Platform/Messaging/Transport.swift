/// Requests with answers, and published messages, over any carrier.
///
/// What every transport promises: a request is answered, or throws, within its timeout; a message arrives
/// whole or not at all. What none promises: that a request ran exactly once, or that a published message
/// arrives. Retries with one request id and durable logs above build on that.
package protocol Transport: Sendable {
    /// Binds and starts answering.
    ///
    /// - Parameters:
    ///   - address: where to listen; port 0 lets the system choose.
    ///   - concurrency: how many answers may run at once; further requests wait in the peers' connections.
    ///   - receiveLimit: largest request in bytes; a peer which exceeds it is disconnected.
    ///   - answer: makes the reply; it must return soon after its task is cancelled, which happens only when
    ///     the listener closes and waited long enough. A reply beyond the limit is sent as an empty one.
    /// - Returns: the listener with the bound address.
    /// - Throws: `MessagingError` of kind `refused` when the address is in use or not usable.
    func serve(
        at address: Address,
        concurrency: Int,
        receiveLimit: Int,
        answer: @escaping @Sendable ([UInt8]) async -> [UInt8]
    ) async throws -> any Listener

    /// Starts dialing without waiting for the peer, which may appear later.
    ///
    /// - Parameter receiveLimit: largest request and largest reply in bytes.
    func requester(to address: Address, receiveLimit: Int) throws -> any Requester

    /// Binds a publisher.
    func publisher(at address: Address) throws -> any Publisher

    /// Starts dialing a publisher and keeps what begins with one of the topics.
    ///
    /// - Parameter topics: prefixes of message bodies; an empty prefix matches all, an empty list nothing.
    func subscriber(to address: Address, topics: [[UInt8]]) throws -> any Subscriber
}

/// The answering end of requests.
package protocol Listener: Sendable {
    /// The bound address, with the port which the system chose.
    var address: Address { get }

    /// Takes no new request, lets running answers finish and their replies leave, then closes. May be
    /// repeated.
    func close() async
}

/// The asking end of requests to one peer.
package protocol Requester: Sendable {
    /// Sends a request and waits for its reply; many may run at once.
    ///
    /// - Throws: `timeout`, `closed`, `cancelled`, `tooLarge` (before anything is sent).
    func request(_ bytes: [UInt8], timeout: Duration) async throws(MessagingError) -> [UInt8]

    /// Ends running requests with `closed`. May be repeated.
    func close() async
}

/// The telling end: a doorbell, not a store. Slow subscribers lose messages.
package protocol Publisher: Sendable {
    /// The bound address, with the port which the system chose.
    var address: Address { get }

    /// Hands a message to every connected subscriber; never waits for one and never fails.
    func publish(_ bytes: [UInt8]) async

    /// Lets queued messages leave for a moment, then closes. May be repeated.
    func close() async
}

/// The listening end of published messages.
package protocol Subscriber: Sendable {
    /// The next message, or nil when the time passed. One call at a time; further calls wait their turn.
    ///
    /// - Throws: `closed`, `cancelled`.
    func next(timeout: Duration) async throws(MessagingError) -> [UInt8]?

    /// Ends a waiting `next` with `closed`. May be repeated.
    func close() async
}

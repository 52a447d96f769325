package import Contracts
internal import Messaging
package import Storage
internal import Synchronization
internal import Wire

extension ServiceHost {
    /// A client of a peer at the address which the settings name; one for all callers.
    package func client(of peer: ServicePeer) throws -> ServiceClient {
        if let known = registration.withLock({ $0.clients[peer] }) { return known }
        let requester = try transport.requester(
            to: try standard.address(peer.address, in: settings),
            receiveLimit: Limits.bulkFrameBytesMaximum
        )
        let client = ServiceClient(
            requester: MeasuredRequester(requester, peerName: peer.name, metrics: metrics),
            service: peer.number,
            name: peer.name
        )
        return registration.withLock { registration in
            if let known = registration.clients[peer] { return known }
            registration.clients[peer] = client
            return client
        }
    }

    /// Follows a peer's log: each event takes effect exactly once, in order.
    ///
    /// The service is ready only after the first contact. An event whose effect throws again and again is set aside as a
    /// dead letter of the queue `follow.<peer>`; the others go on.
    ///
    /// - Parameters:
    ///   - onReplaced: forgets what the old log led to; it runs with the change of the place, in one transaction.
    ///   - apply: the effect, which must not wait for anything but the database. Unknown kinds are to be skipped.
    package func follow(
        _ peer: ServicePeer,
        onReplaced: (@Sendable (Transaction) throws -> Void)? = nil,
        apply: @escaping @Sendable (Transaction, EventRecord) throws -> Void
    ) throws {
        let follower = Follower(
            name: peer.name,
            database: database,
            clock: clock,
            timing: timing,
            logger: logger,
            onReplaced: onReplaced,
            applyEvent: apply
        )
        let status = TailStatus(peerName: peer.name)
        try tail(peer, into: follower, status: status, needsEverything: false)
        work(on: follower.queue, workers: 1) { item in
            let event = try EventRecord(storedBytes: item.payload)
            return { transaction in try apply(transaction, event) }
        }
    }

    /// Follows a peer's log into memory. The service is ready only when everything was there once.
    ///
    /// - Parameters:
    ///   - from: the place of a snapshot that was loaded; nil: from the start.
    ///   - onReplaced: forgets everything that came from the old log.
    ///   - apply: takes a batch in order, with the place after it; the batch comes again when it throws.
    @discardableResult
    package func followVolatile(
        _ peer: ServicePeer,
        from place: LogPosition? = nil,
        onReplaced: @escaping @Sendable () async throws -> Void,
        apply: @escaping @Sendable ([EventRecord], LogPosition) async throws -> Void
    ) throws -> VolatileFollower {
        let status = TailStatus(peerName: peer.name)
        let follower = VolatileFollower(status: status, from: place, onReplaced: onReplaced, apply: apply)
        try tail(peer, into: follower, status: status, needsEverything: true)
        return follower
    }

    private func tail(
        _ peer: ServicePeer,
        into sink: any TailSink,
        status: TailStatus,
        needsEverything: Bool
    ) throws {
        let client = try client(of: peer)
        let address = try standard.address(peer.eventsAddress, in: settings)
        let transport = transport
        let topic = FrameHeader.magic + [peer.number.rawValue]
        let tail = LogTail(
            fetch: { place, limit in
                let request = FetchEvents(
                    logID: place?.logID,
                    after: place?.seq ?? 0,
                    limit: UInt32(clamping: limit),
                    waitMilliseconds: 0
                )
                return EventLog.Batch(try await client.call(request))
            },
            subscribe: { try transport.subscriber(to: address, topics: [topic]) },
            sink: sink,
            status: status,
            timing: timing,
            logger: logger
        )
        register {
            $0.tails.append(status)
            $0.readiness.append { status.reason(needsEverything: needsEverything) }
            $0.loops.append(("follow \(peer.name)", { await tail.run() }))
        }
    }
}

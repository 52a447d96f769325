internal import CNNG
private import Synchronization

/// A REQ socket dialed to one peer, with as many contexts as requests ever ran at once.
///
/// Sendable: nng locks the socket itself, the idle contexts lie in a mutex.
final class NNGRequester: Requester {
    private let socket: NNGSocket
    private let receiveLimit: Int
    private let group = OperationGroup()
    private let idleContexts = Mutex<[nng_ctx]>([])
    private let closing = OneTimeClose()

    init(to address: Address, receiveLimit: Int, tls: TLSIdentity?) throws(MessagingError) {
        var socket = try NNGSocket(.request, receiveLimit: receiveLimit)
        do throws(MessagingError) {
            try socket.dial(address, receiveLimit: receiveLimit, tls: tls)
        } catch {
            socket.closeNow()
            throw error
        }
        self.socket = socket
        self.receiveLimit = receiveLimit
    }

    deinit {
        guard !closing.hasBegun else { return }
        // Nobody waits here any more: every running request holds the requester.
        Task { [socket] in await socket.close() }
    }

    func request(_ bytes: [UInt8], timeout: Duration) async throws(MessagingError) -> [UInt8] {
        // nng trap 6: beyond the peer's limit it would hang up, again and again.
        guard bytes.count <= receiveLimit else { throw .tooLarge(bytes.count, limit: receiveLimit) }
        guard timeout > .zero else { throw .expired(after: timeout) }
        guard !Task.isCancelled else { throw .cancelledWaiting }
        let deadline = ContinuousClock.now + timeout
        let operation = try group.begin()
        defer { group.end(operation) }
        let context = try takeContext()
        defer { idleContexts.withLock { $0.append(context) } }

        // nng trap 8: receive only after the send is over; a cancelled receive beside a waiting send crashes.
        try operation.load(bytes)
        var code = await operation.perform(.send(context), milliseconds: timeout.nngMilliseconds)
        guard code == 0 else {
            operation.discardMessage()
            throw error(code, of: operation, timeout: timeout)
        }
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero else { throw .expired(after: timeout) }
        code = await operation.perform(.receive(context), milliseconds: remaining.nngMilliseconds)
        guard let reply = operation.unload() else { throw error(code, of: operation, timeout: timeout) }
        return reply.bytes
    }

    func close() async {
        await closing.run { [group, socket] in
            await group.close()
            await socket.close()
        }
    }

    private func takeContext() throws(MessagingError) -> nng_ctx {
        if let idle = idleContexts.withLock({ $0.popLast() }) { return idle }
        return try socket.openContext()
    }

    private func error(_ code: CInt, of operation: NNGOperation, timeout: Duration) -> MessagingError {
        if operation.isInterrupted { return .closedHere }
        let error = NNGFailure.error(code, "request")
        switch error.kind {
        case .timeout: return .expired(after: timeout)
        case .cancelled: return .cancelledWaiting
        case .closed: return .closedHere
        case .tooLarge, .refused, .other: return error
        }
    }
}

internal import CNNG
private import Synchronization

/// A PUB socket. nng keeps 8192 messages per subscriber and drops the oldest (nng trap 1).
final class NNGPublisher: Publisher {
    let address: Address

    private static let drainTime = Duration.seconds(2)
    private static let quietTime = Duration.milliseconds(100)

    private let socket: NNGSocket
    private let lastPublished = Mutex<ContinuousClock.Instant?>(nil)
    private let closing = OneTimeClose()

    init(at address: Address, tls: TLSIdentity?) throws(MessagingError) {
        var socket = try NNGSocket(.publish, receiveLimit: NNGTransport.eventByteCountMaximum)
        do throws(MessagingError) {
            self.address = try socket.listen(
                address,
                receiveLimit: NNGTransport.eventByteCountMaximum,
                tls: tls
            )
        } catch {
            socket.closeNow()
            throw error
        }
        self.socket = socket
    }

    deinit {
        guard !closing.hasBegun else { return }
        Task { [socket] in await socket.close() }
    }

    func publish(_ bytes: [UInt8]) async {
        guard bytes.count <= NNGTransport.eventByteCountMaximum, !closing.hasBegun else {
            return
        }
        var message: OpaquePointer?
        guard unsafe nng_msg_alloc(&message, bytes.count) == 0 else { return }
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress, let to = unsafe nng_msg_body(message) else { return }
            // SAFETY: nng_msg_alloc made a body of exactly this many bytes.
            unsafe to.copyMemory(from: from, byteCount: source.count)
        }
        lastPublished.withLock { $0 = .now }
        // PUB only puts the message into queues and completes on this thread: nothing to wait for.
        if unsafe nng_sendmsg(socket.raw, message, CInt(NNG_FLAG_NONBLOCK)) != 0 {
            unsafe nng_msg_free(message)
        }
    }

    func close() async {
        await closing.run { [socket] in
            await self.waitUntilMessagesLeft()
            await socket.close()
        }
    }

    /// Waits while the counts of written messages still grow; how many are queued nng does not tell.
    private func waitUntilMessagesLeft() async {
        let start = ContinuousClock.now
        guard let last = lastPublished.withLock({ $0 }), last.duration(to: start) < Self.drainTime else {
            return
        }
        var written = NNGStatistics.traffic(of: socket.raw)
        while ContinuousClock.now < start + Self.drainTime {
            try? await Task.sleep(for: Self.quietTime)
            let now = NNGStatistics.traffic(of: socket.raw)
            if now == written { return }
            written = now
        }
    }
}

internal import CNNG

/// A SUB socket with one receive at a time (nng trap 9), which runs without a timeout until the socket
/// closes.
///
/// Waiting with a timeout happens in the mailbox: in nng 1.5.2 a receive which is cancelled while its message
/// arrives can complete twice.
final class NNGSubscriber: Subscriber {
    private let socket: NNGSocket
    private let mailbox = Mailbox()
    private let closing = OneTimeClose()

    init(to address: Address, topics: [[UInt8]], tls: TLSIdentity?) throws(MessagingError) {
        var socket = try NNGSocket(.subscribe, receiveLimit: NNGTransport.eventByteCountMaximum)
        do throws(MessagingError) {
            for topic in topics {
                let code = unsafe topic.withUnsafeBytes { bytes in
                    unsafe nng_socket_set(socket.raw, NNG_OPT_SUB_SUBSCRIBE, bytes.baseAddress, bytes.count)
                }
                try NNGFailure.check(code, "subscribe")
            }
            try socket.dial(address, receiveLimit: NNGTransport.eventByteCountMaximum, tls: tls)
        } catch {
            socket.closeNow()
            throw error
        }
        self.socket = socket
        // Ends when the socket closes.
        Task { [socket, mailbox] in await Self.receive(from: socket, into: mailbox) }
    }

    deinit {
        guard !closing.hasBegun else { return }
        Task { [socket] in await socket.close() }
    }

    func next(timeout: Duration) async throws(MessagingError) -> [UInt8]? {
        try await mailbox.next(timeout: timeout)
    }

    func close() async {
        mailbox.close()
        await closing.run { [socket] in await socket.close() }
    }

    private static func receive(from socket: NNGSocket, into mailbox: Mailbox) async {
        while true {
            guard let operation = try? NNGOperation() else { return }
            let code = await operation.perform(.receiveEvent(socket.raw))
            if let message = operation.unload() {
                mailbox.offer(message.bytes)
            } else if code == CInt(NNG_ECLOSED.rawValue) || code == CInt(NNG_ECANCELED.rawValue) {
                return
            }
        }
    }
}

internal import CNNG
private import Synchronization

/// A SUB socket with one receive at a time (nng trap 9), which runs without a timeout until the socket closes.
///
/// Waiting with a timeout happens in the mailbox: in nng 1.5.2 a receive which is cancelled while its message arrives
/// can complete twice.
final class NNGSubscriber: Subscriber {
    private let socket: NNGSocket
    private let mailbox = Mailbox()
    private let isClosed = Atomic(false)
    private let pump: Task<Void, Never>

    init(to address: Address, topics: [[UInt8]], tls: TLSIdentity?) throws(MessagingError) {
        let socket = try NNGSocket(.subscribe, receiveLimit: NNGTransport.eventByteCountMaximum)
        do throws(MessagingError) {
            for topic in topics {
                let code = unsafe topic.withUnsafeBytes { bytes in
                    unsafe nng_socket_set(socket.raw, NNG_OPT_SUB_SUBSCRIBE, bytes.baseAddress, bytes.count)
                }
                try NNGFailure.check(code, "subscribe")
            }
            try socket.dial(address, receiveLimit: NNGTransport.eventByteCountMaximum, tls: tls)
        } catch {
            socket.close()
            throw error
        }
        self.socket = socket
        let mailbox = mailbox
        pump = Task { await Self.receive(from: socket, into: mailbox) }
    }

    deinit {
        guard !isClosed.load(ordering: .acquiring) else { return }
        let socket = socket
        Task { try? await offPool { socket.close() } }
    }

    func next(timeout: Duration) async throws(MessagingError) -> [UInt8]? {
        try await mailbox.next(timeout: timeout)
    }

    func close() async {
        mailbox.close()
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let socket = socket
        try? await offPool { socket.close() }
        await pump.value
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

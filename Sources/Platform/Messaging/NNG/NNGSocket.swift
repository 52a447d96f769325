internal import CNNG

/// One nng socket with its endpoint: opened, set up and started in that order, closed once by its owner.
///
/// A value without a deinit: the owners close it after they joined their operations (nng trap 10).
struct NNGSocket: Sendable {
    /// What a socket speaks.
    enum Role: Sendable {
        case request, reply, publish, subscribe
    }

    /// Where its connections come from.
    enum Endpoint: Sendable {
        case dialer(nng_dialer)
        case listener(nng_listener)
    }

    /// Bytes of nng's own header in front of a request or reply: the request id.
    static let headerByteCount = 4
    /// Most messages that PUB and SUB can be told to keep per connection (nng trap 1).
    static let eventCountMaximum: CInt = 8192
    private static let reconnectMilliseconds: ClosedRange<CInt> = 100...5000
    /// Readable and writable for owner and group: services of one machine share a group.
    private static let socketFileMode: CInt = 0o660

    let raw: nng_socket
    let role: Role
    private(set) var endpoint: Endpoint?
    private(set) var isSocketFile = false

    /// Opens a socket.
    init(_ role: Role, receiveLimit: Int) throws(MessagingError) {
        var socket = nng_socket()
        let code =
            switch role {
            case .request: unsafe nng_req0_open(&socket)
            case .reply: unsafe nng_rep0_open(&socket)
            case .publish: unsafe nng_pub0_open(&socket)
            case .subscribe: unsafe nng_sub0_open(&socket)
            }
        try NNGFailure.check(code, "nng open")
        raw = socket
        self.role = role
        do throws(MessagingError) {
            try setUp(receiveLimit: receiveLimit)
        } catch {
            closeNow()
            throw error
        }
    }

    private func setUp(receiveLimit: Int) throws(MessagingError) {
        // nng trap 7: the limit is 0, unlimited, until it is set.
        let limit = receiveLimit + Self.headerByteCount
        try check(unsafe nng_socket_set_size(raw, NNG_OPT_RECVMAXSZ, limit), NNG_OPT_RECVMAXSZ)
        switch role {
        case .request:
            // nng trap 4: nng would send again after a minute and on every lost connection.
            let never = nng_duration(NNG_DURATION_INFINITE)
            try check(
                unsafe nng_socket_set_ms(raw, NNG_OPT_REQ_RESENDTIME, never),
                NNG_OPT_REQ_RESENDTIME
            )
        case .reply:
            break
        case .publish:
            try check(
                unsafe nng_socket_set_int(raw, NNG_OPT_SENDBUF, Self.eventCountMaximum),
                NNG_OPT_SENDBUF
            )
        case .subscribe:
            try check(
                unsafe nng_socket_set_int(raw, NNG_OPT_RECVBUF, Self.eventCountMaximum),
                NNG_OPT_RECVBUF
            )
        }
        let times = Self.reconnectMilliseconds
        try check(
            unsafe nng_socket_set_ms(raw, NNG_OPT_RECONNMINT, times.lowerBound),
            NNG_OPT_RECONNMINT
        )
        try check(
            unsafe nng_socket_set_ms(raw, NNG_OPT_RECONNMAXT, times.upperBound),
            NNG_OPT_RECONNMAXT
        )
    }

    /// Dials without waiting (nng trap 15): the peer may appear later.
    mutating func dial(_ address: Address, receiveLimit: Int, tls: TLSIdentity?) throws(MessagingError) {
        var dialer = nng_dialer()
        try NNGFailure.check(unsafe nng_dialer_create(&dialer, raw, address.description), "nng_dialer_create")
        let limit = receiveLimit + Self.headerByteCount
        try check(unsafe nng_dialer_set_size(dialer, NNG_OPT_RECVMAXSZ, limit), NNG_OPT_RECVMAXSZ)
        if address.scheme == .tcp || address.scheme == .tls {
            try check(unsafe nng_dialer_set_bool(dialer, NNG_OPT_TCP_NODELAY, true), NNG_OPT_TCP_NODELAY)
            try check(unsafe nng_dialer_set_bool(dialer, NNG_OPT_TCP_KEEPALIVE, true), NNG_OPT_TCP_KEEPALIVE)
        }
        if address.scheme == .tls {
            try NNGSecurity.apply(tls, to: .dialer(dialer), at: address)
        }
        try NNGFailure.check(nng_dialer_start(dialer, CInt(NNG_FLAG_NONBLOCK)), "nng_dialer_start")
        endpoint = .dialer(dialer)
        isSocketFile = address.scheme == .ipc
    }

    /// Binds and starts accepting.
    ///
    /// - Returns: the address with the port which the system chose.
    mutating func listen(_ address: Address, receiveLimit: Int, tls: TLSIdentity?) throws(MessagingError)
        -> Address
    {
        var listener = nng_listener()
        try NNGFailure.check(
            unsafe nng_listener_create(&listener, raw, address.description),
            "nng_listener_create"
        )
        let limit = receiveLimit + Self.headerByteCount
        try check(unsafe nng_listener_set_size(listener, NNG_OPT_RECVMAXSZ, limit), NNG_OPT_RECVMAXSZ)
        switch address.scheme {
        case .tcp, .tls:
            try check(unsafe nng_listener_set_bool(listener, NNG_OPT_TCP_NODELAY, true), NNG_OPT_TCP_NODELAY)
            try check(
                unsafe nng_listener_set_bool(listener, NNG_OPT_TCP_KEEPALIVE, true),
                NNG_OPT_TCP_KEEPALIVE
            )
        case .ipc:
            try check(
                unsafe nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, Self.socketFileMode),
                NNG_OPT_IPC_PERMISSIONS
            )
        case .memory:
            break
        }
        if address.scheme == .tls {
            try NNGSecurity.apply(tls, to: .listener(listener), at: address)
        }
        try NNGFailure.check(nng_listener_start(listener, 0), "nng_listener_start")
        endpoint = .listener(listener)
        isSocketFile = address.scheme == .ipc
        guard address.port == 0 else { return address }
        var port: CInt = 0
        try check(
            unsafe nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port),
            NNG_OPT_TCP_BOUND_PORT
        )
        return try address.replacingPort(with: UInt16(clamping: port))
    }

    /// Opens one more independent conversation on a REQ or REP socket (nng trap 14).
    func openContext() throws(MessagingError) -> nng_ctx {
        var context = nng_ctx()
        try NNGFailure.check(unsafe nng_ctx_open(&context, raw), "nng_ctx_open")
        return context
    }

    /// Closes a socket to which nobody can be sending, on a thread which may block.
    func closeNow() {
        // A socket which is already closed has nothing to tell.
        _ = nng_close(raw)
    }

    private func check(_ code: CInt, _ option: String) throws(MessagingError) {
        guard code != 0 else { return }
        let error = NNGFailure.error(code, "nng option")
        throw MessagingError(.refused, "\(option): \(error.text)")
    }
}

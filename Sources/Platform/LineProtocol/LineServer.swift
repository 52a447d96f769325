package import Logging
package import NIOCore
import NIOPosix
import NIOSSL

/// Answers one client's commands, in order. One instance a connection.
package protocol CommandSession: Sendable {
    /// The reply, and whether the connection ends after it.
    mutating func answer(_ words: [ByteBuffer]) async -> (reply: Reply, isLast: Bool)
}

/// A TCP port that speaks lines and RESP2 on one socket, TLS when a certificate is configured.
///
/// Each connection is one task that answers its commands one after another (G-04: pipelined commands are answered in
/// their order); a slow client slows only itself.
package struct LineServer: Sendable {
    package struct Options: Sendable {
        package var host: String
        package var port: Int
        package var limits: LineLimits
        package var connectionsMaximum: Int
        package var idleTimeout: Duration
        package var certificateFile: String?
        package var keyFile: String?

        package init(host: String, port: Int, limits: LineLimits) {
            self.host = host
            self.port = port
            self.limits = limits
            self.connectionsMaximum = 256
            self.idleTimeout = .seconds(300)
        }
    }

    private typealias Connection = NIOAsyncChannel<ClientInput, ByteBuffer>

    private let channel: NIOAsyncChannel<Connection, Never>
    private let options: Options
    private let logger: Logger

    /// Port that clients reach: the one asked for, or the system's choice when that was 0.
    package var port: Int { self.channel.channel.localAddress?.port ?? self.options.port }

    /// Binds the port; nothing is accepted before ``run(makeSession:)``.
    package static func bound(to options: Options, logger: Logger) async throws -> LineServer {
        let tls = try Self.tlsContext(options)
        let channel = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // An object of half a megabyte should not come in ten pieces.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 16_384, maximum: 1 << 20)
            )
            // `printf … | nc -N` ends its side first and then reads the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: options.host, port: options.port) { child in
                child.eventLoop.makeCompletedFuture {
                    if let tls {
                        try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    let idle = TimeAmount.nanoseconds(Int64(options.idleTimeout / .nanoseconds(1)))
                    try child.pipeline.syncOperations.addHandlers([
                        IdleStateHandler(readTimeout: idle),
                        IdleConnectionCloser(),
                        ByteToMessageHandler(CommandDecoder(parser: CommandParser(limits: options.limits))),
                    ])
                    return try Connection(
                        wrappingChannelSynchronously: child,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return LineServer(channel: channel, options: options, logger: logger)
    }

    /// Accepts and answers until the task is cancelled; then every connection is closed after its running command.
    package func run(makeSession: @escaping @Sendable () -> any CommandSession) async throws {
        try await self.channel.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                let open = ConnectionCount(maximum: self.options.connectionsMaximum)
                for try await connection in connections {
                    group.addTask {
                        await self.serve(connection, session: makeSession(), isAdmitted: open.enter())
                        open.leave()
                    }
                }
            }
        }
    }

    private func serve(_ connection: Connection, session: any CommandSession, isAdmitted: Bool) async {
        var session = session
        do {
            try await connection.executeThenClose { input, output in
                var isEnding = !isAdmitted
                if !isAdmitted {
                    try await output.write(CommandFailure(.busy, "too many connections").reply.buffer)
                    try await Self.end(connection, output)
                }
                for try await item in input where !isEnding {
                    switch item {
                    case .command(let words):
                        let (reply, isLast) = await session.answer(words)
                        try await output.write(reply.buffer)
                        isEnding = isLast
                    case .violation(let violation):
                        try await output.write(violation.failure.reply.buffer)
                        isEnding = true
                    }
                    if isEnding { try await Self.end(connection, output) }
                }
                if !isEnding { try await Self.flush(connection) }
            }
        } catch {
            self.logger.debug("connection ended", metadata: ["reason": "\(type(of: error))"])
        }
    }

    /// How long a client whose connection ends may go on sending what nobody reads any more.
    private static let lingering = TimeAmount.seconds(2)

    /// Ends our side. What still arrives is read and dropped: closing a socket with unread bytes would reset the
    /// connection, and the client would lose the answer that tells it why.
    private static func end(
        _ connection: Connection,
        _ output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        try await Self.flush(connection)
        output.finish()
        let channel = connection.channel
        channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    }

    /// Waits until every answer is with the operating system: closing the channel drops what is not.
    private static func flush(_ connection: Connection) async throws {
        try await connection.channel.writeAndFlush(ByteBuffer()).get()
    }

    private static func tlsContext(_ options: Options) throws -> NIOSSLContext? {
        guard let certificate = options.certificateFile, let key = options.keyFile else { return nil }
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain,
                privateKey: .privateKey(privateKey)
            )
        )
    }
}

/// Closes a connection on which nothing arrives for the idle time: a hung client holds no place for ever.
private final class IdleConnectionCloser: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}

extension Reply {
    /// The reply's bytes.
    var buffer: ByteBuffer {
        var buffer = ByteBuffer()
        self.write(to: &buffer)
        return buffer
    }
}

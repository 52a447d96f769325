import NIOCore
import NIOPosix
import NIOSSL

/// One connection to a server of lines: a command, then its reply, one after another.
///
/// What any Redis client does; ours for the command line and the tests.
package actor LineClient {
    /// The server has closed the connection; whether the last command took effect is not known.
    package struct Closed: Error, CustomStringConvertible {
        package var description: String { "the server closed the connection" }
    }

    private typealias Channel = NIOAsyncChannel<Reply, ByteBuffer>

    private let commands: AsyncStream<ByteBuffer>.Continuation
    private var connection: Task<Void, Never>?
    /// Who waits for the next replies, in the order of the commands.
    private var waiting: [CheckedContinuation<Reply, any Error>] = []
    /// Replies that nobody waits for yet: a server that has no place says so unasked.
    private var unclaimed: [Reply] = []
    private var ending: (any Error)?

    /// - Parameter authorityFile: PEM file of the authority that signed the server's certificate; nil: no TLS.
    package init(host: String, port: Int, authorityFile: String? = nil) async throws {
        let tls = try authorityFile.map { file in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(file)
            return try NIOSSLContext(configuration: configuration)
        }
        let channel = try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .connect(host: host, port: port) { child in
                child.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: host)
                        try child.pipeline.syncOperations.addHandler(handler)
                    }
                    try child.pipeline.syncOperations.addHandler(ByteToMessageHandler(ReplyDecoder()))
                    return try Channel(wrappingChannelSynchronously: child)
                }
            }
        let (outgoing, commands) = AsyncStream<ByteBuffer>.makeStream()
        self.commands = commands
        let take: @Sendable (Reply) async -> Void = { [weak self] in await self?.take($0) }
        self.connection = Task { [weak self] in
            let ending = await Self.run(channel, outgoing: outgoing, take: take)
            await self?.end(ending)
        }
    }

    /// Sends a command of words and waits for its reply. Calls side by side are answered each with its own reply.
    ///
    /// A call that is cancelled ends the connection: what it asked cannot be taken back.
    ///
    /// - Throws: `CommandFailure` when the server answers with one, ``Closed`` or an I/O error when the connection is gone.
    package func send(_ words: [[UInt8]]) async throws -> Reply {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(words.reduce(16) { $0 + $1.count + 16 })
        buffer.writeString("*\(words.count)\r\n")
        for word in words {
            buffer.writeString("$\(word.count)\r\n")
            buffer.writeBytes(word)
            buffer.writeString("\r\n")
        }
        let commands = self.commands
        let reply = try await withTaskCancellationHandler {
            try await self.reply(to: buffer)
        } onCancel: {
            commands.finish()
        }
        if case .failure(let code, let text) = reply { throw CommandFailure(code, text) }
        return reply
    }

    /// The same, for words of text.
    package func send(_ words: String...) async throws -> Reply {
        try await self.send(words.map { Array($0.utf8) })
    }

    /// Ends the connection.
    package func close() async {
        self.commands.finish()
        await self.connection?.value
    }

    private func reply(to command: ByteBuffer) async throws -> Reply {
        if !self.unclaimed.isEmpty { return self.unclaimed.removeFirst() }
        if let ending = self.ending { throw ending }
        return try await withCheckedThrowingContinuation { continuation in
            self.waiting.append(continuation)
            self.commands.yield(command)
        }
    }

    private func take(_ reply: Reply) {
        if self.waiting.isEmpty {
            self.unclaimed.append(reply)
        } else {
            self.waiting.removeFirst().resume(returning: reply)
        }
    }

    private func end(_ error: any Error) {
        self.ending = error
        for continuation in self.waiting { continuation.resume(throwing: error) }
        self.waiting = []
    }

    /// Carries commands and replies until either side ends.
    ///
    /// - Returns: why there will be no more replies.
    private static func run(
        _ channel: Channel,
        outgoing: AsyncStream<ByteBuffer>,
        take: @escaping @Sendable (Reply) async -> Void
    ) async -> any Error {
        do {
            try await channel.executeThenClose { input, output in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await reply in input { await take(reply) }
                    }
                    group.addTask {
                        for await command in outgoing { try await output.write(command) }
                    }
                    // Either side's end is the end of both.
                    try await group.next()
                    group.cancelAll()
                }
            }
            return Closed()
        } catch {
            return error
        }
    }
}

/// Feeds a connection's bytes to the parser of replies.
private struct ReplyDecoder: ByteToMessageDecoder {
    typealias InboundOut = Reply

    let parser = ReplyParser()

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let reply = try self.parser.next(in: &buffer) else { return .needMoreData }
        context.fireChannelRead(NIOAny(reply))
        return .continue
    }
}

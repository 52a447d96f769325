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

    private let channel: Channel
    private let replies: AsyncThrowingStream<Reply, any Error>
    private var iterator: AsyncThrowingStream<Reply, any Error>.Iterator
    private let commands: AsyncStream<ByteBuffer>.Continuation
    private let connection: Task<Void, Never>

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
        self.channel = channel
        let (replies, incoming) = AsyncThrowingStream<Reply, any Error>.makeStream()
        let (outgoing, commands) = AsyncStream<ByteBuffer>.makeStream()
        self.replies = replies
        self.iterator = replies.makeAsyncIterator()
        self.commands = commands
        self.connection = Task { await Self.run(channel, incoming: incoming, outgoing: outgoing) }
    }

    /// Sends a command of words and waits for its reply. Calls wait for each other.
    ///
    /// - Throws: `CommandFailure` when the server answers with one, ``Closed`` or an I/O error when the connection is gone.
    package func send(_ words: [[UInt8]]) async throws -> Reply {
        var buffer = ByteBuffer()
        buffer.writeString("*\(words.count)\r\n")
        for word in words {
            buffer.writeString("$\(word.count)\r\n")
            buffer.writeBytes(word)
            buffer.writeString("\r\n")
        }
        self.commands.yield(buffer)
        var iterator = self.iterator
        let reply = try await iterator.next(isolation: self)
        self.iterator = iterator
        guard let reply else { throw Closed() }
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
        await self.connection.value
    }

    private static func run(
        _ channel: Channel,
        incoming: AsyncThrowingStream<Reply, any Error>.Continuation,
        outgoing: AsyncStream<ByteBuffer>
    ) async {
        do {
            try await channel.executeThenClose { input, output in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await reply in input { incoming.yield(reply) }
                    }
                    group.addTask {
                        for await command in outgoing { try await output.write(command) }
                    }
                    // Either side's end is the end of both.
                    try await group.next()
                    group.cancelAll()
                }
            }
            incoming.finish()
        } catch {
            incoming.finish(throwing: error)
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

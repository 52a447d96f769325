import LineProtocol
import Logging
import NIOCore
import NIOPosix
import Testing

/// Answers PING and ECHO with what they were given, WAIT after a moment, BIG with many bytes, and ends at QUIT.
struct EchoSession: CommandSession {
    mutating func answer(_ words: [ByteBuffer]) async -> (reply: Reply, isLast: Bool) {
        var words = Words(words)
        do {
            switch try words.keyword("command") {
            case "PING": return (words.isEmpty ? .status("PONG") : .bytes(try words.bytes("text")), false)
            case "WAIT":
                try await Task.sleep(for: .milliseconds(try words.integer("milliseconds", in: 0...1000)))
                return (.status("WAITED"), false)
            case "BIG":
                let count = try words.integer("count", in: 0...(1 << 26))
                return (.bytes([UInt8](repeating: 7, count: count)), false)
            case "QUIT": return (.status("OK"), true)
            default: return (.failure(code: .general, text: "unknown"), false)
            }
        } catch let failure as CommandFailure {
            return (failure.reply, false)
        } catch {
            return (.failure(code: .busy, text: "ending"), true)
        }
    }
}

/// Runs a server for the time of `body`, on a port from the system.
func withEchoServer<Value>(
    _ change: (inout LineServer.Options) -> Void = { _ in },
    _ body: (Int) async throws -> Value
) async throws -> Value {
    var options = LineServer.Options(host: "127.0.0.1", port: 0, limits: LineLimits(bulkByteCount: 1 << 16))
    change(&options)
    let server = try await LineServer.bound(
        to: options,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    let running = Task { try await server.run { EchoSession() } }
    do {
        let value = try await body(server.port)
        running.cancel()
        _ = await running.result
        return value
    } catch {
        running.cancel()
        _ = await running.result
        throw error
    }
}

/// A plain TCP connection: bytes out, bytes in, nothing interpreted.
enum RawClient {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func connect(_ port: Int) async throws -> Connection {
        try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
    }

    /// Everything that the server says until it ends its side.
    ///
    /// - Parameter endsFirst: our side ends after the bytes, as `nc -N` does it; else it stays open.
    /// - Throws: an I/O error when the server resets the connection instead of ending it.
    static func exchange(_ port: Int, _ pieces: [[UInt8]], endsFirst: Bool) async throws -> [UInt8] {
        try await Self.connect(port).executeThenClose { input, output in
            for piece in pieces { try await output.write(ByteBuffer(bytes: piece)) }
            if endsFirst { output.finish() }
            var answer: [UInt8] = []
            for try await buffer in input { answer.append(contentsOf: buffer.readableBytesView) }
            return answer
        }
    }

    static func exchange(_ port: Int, _ text: String, endsFirst: Bool) async throws -> String {
        String(
            decoding: try await Self.exchange(port, [Array(text.utf8)], endsFirst: endsFirst),
            as: UTF8.self
        )
    }
}

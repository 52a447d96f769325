import NIOCore

/// What arrives on a connection: a command, or the reason why the bytes are none.
enum ClientInput: Sendable {
    case command([ByteBuffer])
    case violation(LineViolation)
}

/// Feeds a connection's bytes to the parser; after a violation nothing more is read.
struct CommandDecoder: ByteToMessageDecoder {
    typealias InboundOut = ClientInput

    let parser: CommandParser
    private var isLost = false

    init(parser: CommandParser) { self.parser = parser }

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard !self.isLost else {
            buffer.clear()
            return .needMoreData
        }
        do {
            guard let words = try self.parser.next(in: &buffer) else { return .needMoreData }
            if !words.isEmpty { context.fireChannelRead(self.wrapInboundOut(.command(words))) }
        } catch {
            self.isLost = true
            buffer.clear()
            context.fireChannelRead(self.wrapInboundOut(.violation(error)))
        }
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext,
        buffer: inout ByteBuffer,
        seenEOF: Bool
    ) throws -> DecodingState {
        // G-04: what a client sent whole before it closed is still answered; a half command is dropped.
        try self.decode(context: context, buffer: &buffer)
    }

    private func wrapInboundOut(_ input: ClientInput) -> NIOAny { NIOAny(input) }
}

package import NIOCore

/// Finds the next reply in what a server has sent: the client's half of RESP2.
package struct ReplyParser: Sendable {
    /// Nested lists deeper than this are no answer of ours.
    private static let depthMaximum = 8
    private static let lineByteCountMaximum = 64 << 10
    /// No answer is longer than what a message between services may hold.
    private static let bulkByteCountMaximum = 64 << 20

    package init() {}

    /// The next reply, or nil while it is incomplete.
    ///
    /// - Throws: `LineViolation.malformed` when the bytes are no reply.
    package func next(in buffer: inout ByteBuffer) throws(LineViolation) -> Reply? {
        var ahead = buffer
        let reply = try self.reply(in: &ahead, depth: 0)
        if reply != nil { buffer = ahead }
        return reply
    }

    private func reply(in buffer: inout ByteBuffer, depth: Int) throws(LineViolation) -> Reply? {
        guard depth <= Self.depthMaximum else { throw .malformed("lists within lists") }
        guard let line = try Self.readLine(in: &buffer) else { return nil }
        let rest = line.dropFirst()
        switch line.first {
        case "+": return .status(String(rest))
        case "-":
            let words = rest.split(separator: " ", maxSplits: 1)
            let code = FailureCode(rawValue: words.first.map(String.init) ?? "ERR")
            return .failure(code: code, text: words.count == 2 ? String(words[1]) : "")
        case ":":
            guard let number = Int64(rest) else { throw .malformed("expected a number") }
            return .integer(number)
        case "$":
            guard let count = Int(rest), (-1...Self.bulkByteCountMaximum).contains(count) else {
                throw .malformed("expected a length")
            }
            return count < 0 ? Reply.none : try Self.bytes(count, in: &buffer)
        case "*":
            guard let count = Int(rest), count >= -1, count <= 1 << 20 else {
                throw .malformed("expected a count")
            }
            var replies: [Reply] = []
            for _ in 0..<max(0, count) {
                guard let reply = try self.reply(in: &buffer, depth: depth + 1) else { return nil }
                replies.append(reply)
            }
            return .list(replies)
        default: throw .malformed("a reply of an unknown kind")
        }
    }

    private static func bytes(_ count: Int, in buffer: inout ByteBuffer) throws(LineViolation) -> Reply? {
        guard buffer.readableBytes >= count + 2 else { return nil }
        guard let bytes = buffer.readBytes(length: count), buffer.readBytes(length: 2) == [0x0D, 0x0A] else {
            throw .malformed("a bulk string does not end in CR LF")
        }
        return .bytes(bytes)
    }

    private static func readLine(in buffer: inout ByteBuffer) throws(LineViolation) -> String? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(Self.lineByteCountMaximum + 2).firstIndex(of: 0x0A) else {
            if view.count > Self.lineByteCountMaximum { throw .lineTooLong }
            return nil
        }
        let line = buffer.readBytes(length: end - view.startIndex + 1) ?? []
        guard line.count >= 2, line[line.count - 2] == 0x0D,
            let text = String(validating: line.dropLast(2), as: UTF8.self)
        else { throw .malformed("a line does not end in CR LF") }
        return text
    }
}

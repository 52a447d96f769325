package import NIOCore

/// Bounds of what one client may make a server hold (G-03).
package struct LineLimits: Sendable, Equatable {
    /// Longest plain line, and longest length line of an array, in bytes.
    package var lineByteCount = 64 << 10
    /// Longest bulk string (an image), in bytes.
    package var bulkByteCount: Int
    /// Most arguments of one command.
    package var argumentCount = 256

    package init(bulkByteCount: Int) { self.bulkByteCount = bulkByteCount }
}

/// Why the bytes of a client are not a command. The connection is closed after the reply: its place is lost.
package enum LineViolation: Error, Equatable {
    case lineTooLong
    case bulkTooLong(announced: Int)
    case tooManyArguments
    case malformed(String)
    case http

    var failure: CommandFailure {
        switch self {
        case .lineTooLong: .init(.tooBig, "a line is longer than 64 KiB")
        case .bulkTooLong(let announced):
            .init(.tooBig, "\(announced) bytes are more than this gateway takes")
        case .tooManyArguments: .init(.tooBig, "too many arguments")
        case .malformed(let text): .init(.general, "protocol: \(text)")
        case .http: .init(.general, "this port speaks lines, not HTTP; see HELP")
        }
    }
}

/// Finds the next command in what a client has sent: a RESP2 array of bulk strings, or a plain line (G-01, G-02).
///
/// A value without memory: it reads from the buffer's start each time and consumes only whole commands, so that bytes
/// may arrive in any pieces. Lengths are checked before their bytes are waited for.
package struct CommandParser: Sendable {
    package let limits: LineLimits

    package init(limits: LineLimits) { self.limits = limits }

    /// The next command's words, or nil while it is incomplete. An empty list is an empty line, which gets no answer.
    package func next(in buffer: inout ByteBuffer) throws(LineViolation) -> [ByteBuffer]? {
        var ahead = buffer
        guard let first = ahead.getInteger(at: ahead.readerIndex, as: UInt8.self) else { return nil }
        let words = first == UInt8(ascii: "*") ? try self.array(in: &ahead) : try self.line(in: &ahead)
        if words != nil { buffer = ahead }
        return words
    }

    private func array(in buffer: inout ByteBuffer) throws(LineViolation) -> [ByteBuffer]? {
        guard let count = try self.length(after: "*", in: &buffer) else { return nil }
        guard count <= self.limits.argumentCount else { throw .tooManyArguments }
        var words: [ByteBuffer] = []
        for _ in 0..<max(0, count) {
            guard let byteCount = try self.length(after: "$", in: &buffer) else { return nil }
            guard byteCount >= 0 else { throw .malformed("a bulk string of negative length") }
            guard byteCount <= self.limits.bulkByteCount else { throw .bulkTooLong(announced: byteCount) }
            guard buffer.readableBytes >= byteCount + 2 else { return nil }
            guard let word = buffer.readSlice(length: byteCount), let end = buffer.readSlice(length: 2),
                end.readableBytesView.elementsEqual([0x0D, 0x0A])
            else { throw .malformed("a bulk string does not end in CR LF") }
            words.append(word)
        }
        return words
    }

    /// The number on a line like `*3` or `$512`.
    private func length(after mark: Character, in buffer: inout ByteBuffer) throws(LineViolation) -> Int? {
        guard let line = try self.readLine(in: &buffer) else { return nil }
        guard line.first == mark, let number = Int(line.dropFirst()), number >= -1 else {
            throw .malformed("expected \(mark) and a length")
        }
        return number
    }

    private func line(in buffer: inout ByteBuffer) throws(LineViolation) -> [ByteBuffer]? {
        guard let line = try self.readLine(in: &buffer) else { return nil }
        let words = try Self.words(of: line)
        if let last = words.last, last.hasPrefix("HTTP/") { throw .http }
        guard words.count <= self.limits.argumentCount else { throw .tooManyArguments }
        return words.map { ByteBuffer(string: $0) }
    }

    /// Splits at blanks; double quotes hold blanks together, as redis-cli writes them.
    static func words(of line: String) throws(LineViolation) -> [String] {
        var words: [String] = []
        var word = ""
        var isOpen = false
        var isQuoted = false
        for character in line {
            switch character {
            case "\"":
                isQuoted.toggle()
                isOpen = true
            case " " where !isQuoted, "\t" where !isQuoted:
                if isOpen { words.append(word) }
                word = ""
                isOpen = false
            default:
                word.append(character)
                isOpen = true
            }
        }
        guard !isQuoted else { throw .malformed("a quote is not closed") }
        return isOpen ? words + [word] : words
    }

    /// One line without its end (LF, or CR LF), or nil while it is incomplete.
    private func readLine(in buffer: inout ByteBuffer) throws(LineViolation) -> String? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(self.limits.lineByteCount + 2).firstIndex(of: 0x0A) else {
            if view.count > self.limits.lineByteCount { throw .lineTooLong }
            return nil
        }
        let line = buffer.readSlice(length: end - view.startIndex + 1) ?? ByteBuffer()
        var bytes = line.readableBytesView.dropLast()
        if bytes.last == 0x0D { bytes = bytes.dropLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("a line is not UTF-8")
        }
        return text
    }
}

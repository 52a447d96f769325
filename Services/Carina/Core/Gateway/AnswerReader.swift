import LineProtocol

/// Reads the named fields of a gateway's answer; one that is missing is an error, never an empty value.
struct AnswerReader {
    let reply: Reply
    /// The command that was answered, for the error.
    let command: String

    /// - Throws: `CommandLineFailure` when the field is not there or is no text.
    func text(_ name: String) throws -> String { try self.need(self.reply[name]?.text, name) }

    /// - Throws: `CommandLineFailure` when the field is not there or is no whole number.
    func integer(_ name: String) throws -> Int { Int(try self.need(self.reply[name]?.number, name)) }

    /// - Throws: `CommandLineFailure` when the field is not there or is no number.
    func real(_ name: String) throws -> Double {
        try self.need(self.reply[name]?.text.flatMap(Double.init), name)
    }

    /// - Throws: `CommandLineFailure` when the field is not there or holds no bytes.
    func bytes(_ name: String) throws -> [UInt8] {
        guard case .bytes(let bytes) = self.reply[name] else { throw self.failure(name) }
        return bytes
    }

    /// A list of numbers.
    func reals(_ name: String) throws -> [Double] {
        try self.list(name).map { try self.need($0.text.flatMap(Double.init), name) }
    }

    /// A list of texts.
    func texts(_ name: String) throws -> [String] {
        try self.list(name).map { try self.need($0.text, name) }
    }

    /// A list of rows, each with fields of its own.
    func rows(_ name: String) throws -> [AnswerReader] {
        try self.list(name).map { AnswerReader(reply: $0, command: self.command) }
    }

    /// A list of whatever it holds.
    func list(_ name: String) throws -> [Reply] {
        guard case .list(let elements) = self.reply[name] else { throw self.failure(name) }
        return elements
    }

    private func need<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw self.failure(name) }
        return value
    }

    private func failure(_ name: String) -> CommandLineFailure {
        CommandLineFailure(
            "the gateway's answer to \(self.command) has no \(name) that can be read: is it of another version?"
        )
    }
}

extension LineClient {
    /// Sends words of text and reads the fields of the answer.
    func ask(_ words: [String]) async throws -> AnswerReader {
        AnswerReader(reply: try await self.send(words.map { Array($0.utf8) }), command: words.first ?? "")
    }

    /// Sends words of text and reads the rows of the answer.
    func askRows(_ words: [String]) async throws -> [AnswerReader] {
        try await self.ask(words).reply.elements.map { AnswerReader(reply: $0, command: words.first ?? "") }
    }
}

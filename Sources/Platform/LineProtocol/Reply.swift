package import NIOCore

/// One reply of a server, in the five forms of RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
package enum Reply: Sendable, Equatable {
    /// `+text`: a short status, no line break in it.
    case status(String)
    /// `-CODE text`: the first word is the code that clients act on.
    case failure(code: FailureCode, text: String)
    /// `:number`.
    case integer(Int64)
    /// `$length` and bytes: text or a picture.
    case bytes([UInt8])
    /// `$-1`: there is no such thing.
    case none
    /// `*count` and that many replies.
    case list([Reply])

    /// Text as a bulk string.
    package static func text(_ text: String) -> Reply { .bytes(Array(text.utf8)) }

    /// A list of name, value, name, value: what RESP2 has for a dictionary.
    package static func fields(_ fields: KeyValuePairs<String, Reply>) -> Reply {
        .list(fields.flatMap { [.text($0.key), $0.value] })
    }

    /// A number with six significant digits, as text: RESP2 has no floating point.
    package static func number(_ value: Double) -> Reply { .text(NumberText.shortest(value)) }

    /// Appends the reply to `buffer` (G-05: every line ends in CR LF).
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .status(let text):
            buffer.writeString("+\(Self.oneLine(text))\r\n")
        case .failure(let code, let text):
            buffer.writeString("-\(code.rawValue) \(Self.oneLine(text))\r\n")
        case .integer(let value):
            buffer.writeString(":\(value)\r\n")
        case .bytes(let bytes):
            buffer.writeString("$\(bytes.count)\r\n")
            buffer.writeBytes(bytes)
            buffer.writeString("\r\n")
        case .none:
            buffer.writeString("$-1\r\n")
        case .list(let replies):
            buffer.writeString("*\(replies.count)\r\n")
            for reply in replies { reply.write(to: &buffer) }
        }
    }

    /// A line break inside a status would end it early and desynchronize the client.
    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? String(text.map { $0.isNewline ? " " : $0 }) : text
    }
}

/// First word of an error reply (G-06). Clients act on the code; the text is for people.
package struct FailureCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let general = FailureCode(rawValue: "ERR")
    package static let notAuthenticated = FailureCode(rawValue: "NOAUTH")
    package static let notPermitted = FailureCode(rawValue: "NOPERM")
    package static let badArgument = FailureCode(rawValue: "BADARG")
    package static let notFound = FailureCode(rawValue: "NOTFOUND")
    package static let loading = FailureCode(rawValue: "LOADING")
    package static let busy = FailureCode(rawValue: "BUSY")
    package static let timeout = FailureCode(rawValue: "TIMEOUT")
    package static let partial = FailureCode(rawValue: "PARTIAL")
    package static let stale = FailureCode(rawValue: "STALE")
    package static let model = FailureCode(rawValue: "MODEL")
    package static let tooBig = FailureCode(rawValue: "TOOBIG")
    package static let refused = FailureCode(rawValue: "REFUSED")
}

/// Why a command is not answered with a result; becomes a `-CODE text` line.
package struct CommandFailure: Error, Equatable, CustomStringConvertible {
    package let code: FailureCode
    package let text: String

    package init(_ code: FailureCode, _ text: String) {
        self.code = code
        self.text = text
    }

    package var reply: Reply { .failure(code: self.code, text: self.text) }

    package var description: String { "\(self.code.rawValue) \(self.text)" }
}

/// Numbers as text, the same on every machine.
package enum NumberText {
    /// The shortest text that reads back as the same Float (distances are Float on the wire).
    package static func shortest(_ value: Double) -> String { Float(value).description }
}

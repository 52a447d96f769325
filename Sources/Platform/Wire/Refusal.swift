/// Why a request was refused: an open set, numbered in `Protocols/Registry.json`.
package struct RefusalCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    package let rawValue: UInt16

    /// Takes any number: a newer peer may have reasons that we do not know.
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The callee does not know this service and operation.
    package static let unsupportedKind = RefusalCode(rawValue: 1)
    /// The callee knows the operation but not this schema of it.
    package static let unsupportedSchema = RefusalCode(rawValue: 2)
    /// The frame or its body cannot be read; `offset` says where.
    package static let malformed = RefusalCode(rawValue: 3)
    /// A field can be read but makes no sense.
    package static let badArgument = RefusalCode(rawValue: 4)
    /// Nothing has this name.
    package static let notFound = RefusalCode(rawValue: 5)
    /// Too much to do at the moment.
    package static let busy = RefusalCode(rawValue: 6)
    /// The callee is not ready yet.
    package static let loading = RefusalCode(rawValue: 7)
    /// The deadline passed before there was an answer.
    package static let deadlineExceeded = RefusalCode(rawValue: 8)
    /// The vectors are of another model.
    package static let modelMismatch = RefusalCode(rawValue: 9)
    /// The state does not allow it.
    package static let conflict = RefusalCode(rawValue: 10)
    /// Larger than a limit.
    package static let tooLarge = RefusalCode(rawValue: 11)
    /// A mistake of ours or a failing disk.
    package static let internalFailure = RefusalCode(rawValue: 12)
    /// The callee has not come as far in the log as the request wants.
    package static let stale = RefusalCode(rawValue: 13)
    /// The caller may not.
    package static let notAllowed = RefusalCode(rawValue: 14)

    private static let names = [
        "unsupportedKind", "unsupportedSchema", "malformed", "badArgument", "notFound", "busy", "loading",
        "deadlineExceeded", "modelMismatch", "conflict", "tooLarge", "internalFailure", "stale", "notAllowed",
    ]

    /// Every code we know.
    package static let all = names.indices.map { RefusalCode(rawValue: UInt16($0 + 1)) }

    /// The registry's name, or `refusal-99` for a number that we do not know.
    package var description: String {
        (1...Self.names.count).contains(Int(rawValue)) ? Self.names[Int(rawValue) - 1] : "refusal-\(rawValue)"
    }

    /// Whether the same request may well succeed a moment later.
    package var isUsuallyRetriable: Bool { self == .busy || self == .loading || self == .stale }
}

/// The answer to a request that is not granted. It says why in words without any patient data.
package struct Refusal: Error, WireBody, Equatable, CustomStringConvertible {
    /// Schema 1: code u16, retriable bool, offset u32, text.
    package static let schema: UInt8 = 1

    /// Why.
    package let code: RefusalCode
    /// Whether the same request, with the same request id, may succeed later.
    package let isRetriable: Bool
    /// Where in the request's frame the fault stands; 0 when it is no matter of bytes.
    package let offset: UInt32
    /// Why, for people: at most 256 bytes of UTF-8.
    package let text: String

    /// Makes a refusal. A longer text is cut at a character's end.
    package init(_ code: RefusalCode, _ text: String, offset: UInt32 = 0, isRetriable: Bool? = nil) {
        self.code = code
        self.isRetriable = isRetriable ?? code.isUsuallyRetriable
        self.offset = offset
        var cut = text
        while cut.utf8.count > Limits.refusalTextBytesMaximum { cut.removeLast() }
        self.text = cut
    }

    /// The refusal of bytes that could not be read.
    package init(_ error: WireError) {
        let text = "\(error.code.rawValue) reading \(error.field)"
        self.init(.malformed, text, offset: UInt32(clamping: error.offset))
    }

    /// Reads a refusal.
    package init(from reader: inout FrameReader) throws(WireError) {
        code = RefusalCode(rawValue: try reader.read("code"))
        isRetriable = try reader.read("isRetriable")
        offset = try reader.read("offset")
        text = try reader.string("text", bytesMaximum: Limits.refusalTextBytesMaximum)
    }

    /// Writes a refusal.
    package func encode(into writer: inout FrameWriter) {
        writer.write(code.rawValue)
        writer.write(isRetriable)
        writer.write(offset)
        writer.write(text)
    }

    /// `notFound: no such slice`.
    package var description: String { text.isEmpty ? "\(code)" : "\(code): \(text)" }
}

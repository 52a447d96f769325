/// Sixteen random bytes that name one request, the same for each of its retries, and in logs its trace.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a request id has.
    package static let byteCount = SixteenBytes.byteCount
    /// All bytes zero: frames that answer nothing and ask nothing (doorbells).
    package static let none = RequestID(SixteenBytes(high: 0, low: 0))

    private let storage: SixteenBytes

    private init(_ storage: SixteenBytes) {
        self.storage = storage
    }

    /// Makes a request id from bytes; nil unless there are exactly sixteen.
    package init?(exactly bytes: some Collection<UInt8>) {
        guard let storage = SixteenBytes(bytes) else { return nil }
        self.storage = storage
    }

    /// Reads 32 hexadecimal digits; nil for any other text.
    package init?(hex text: String) {
        guard let bytes = Wire.bytes(hexadecimal: text) else { return nil }
        self.init(exactly: bytes)
    }

    /// A new request id from the system's random source.
    package static func random() -> RequestID {
        var source = SystemRandomNumberGenerator()
        return random(using: &source)
    }

    /// A new request id from the given random source.
    package static func random(using source: inout some RandomNumberGenerator) -> RequestID {
        RequestID(SixteenBytes(high: source.next(), low: source.next()))
    }

    /// The sixteen bytes.
    package var bytes: [UInt8] { storage.bytes }

    /// The 32 lowercase hexadecimal digits.
    package var hex: String { hexadecimal(bytes) }

    /// The same as `hex`.
    package var description: String { hex }
}

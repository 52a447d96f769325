/// The SHA-256 of a model (weights, preprocessing constants, network description) or of any other content.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a fingerprint has.
    package static let byteCount = 32

    private let first: SixteenBytes
    private let second: SixteenBytes

    /// Makes a fingerprint from its bytes, which must be 32: for bytes of our own making.
    package init(bytes: [UInt8]) {
        guard let fingerprint = Fingerprint(exactly: bytes) else {
            preconditionFailure("a fingerprint has 32 bytes, not \(bytes.count)")
        }
        self = fingerprint
    }

    /// Makes a fingerprint from bytes of foreign origin; nil unless there are exactly 32.
    package init?(exactly bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount, let first = SixteenBytes(bytes.prefix(16)),
            let second = SixteenBytes(bytes.dropFirst(16))
        else { return nil }
        self.first = first
        self.second = second
    }

    /// Reads 64 hexadecimal digits; nil for any other text.
    package init?(hex text: String) {
        guard let bytes = Wire.bytes(hexadecimal: text) else { return nil }
        self.init(exactly: bytes)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { first.bytes + second.bytes }

    /// The 64 lowercase hexadecimal digits.
    package var hex: String { hexadecimal(bytes) }

    /// The same as `hex`.
    package var description: String { hex }
}

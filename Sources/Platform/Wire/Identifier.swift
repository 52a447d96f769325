/// Sixteen bytes that name a slice, series, study, patient (a pseudonym), log, job or data set.
///
/// Identifiers are ordered by their bytes, the first byte first: the order in which equal distances are reported.
package struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// How many bytes an identifier has.
    package static let byteCount = SixteenBytes.byteCount

    private let storage: SixteenBytes

    private init(_ storage: SixteenBytes) {
        self.storage = storage
    }

    /// Makes an identifier from its bytes, which must be sixteen: for bytes of our own making.
    package init(bytes: [UInt8]) {
        guard let storage = SixteenBytes(bytes) else {
            preconditionFailure("an identifier has 16 bytes, not \(bytes.count)")
        }
        self.storage = storage
    }

    /// Makes an identifier from bytes of foreign origin; nil unless there are exactly sixteen.
    package init?(exactly bytes: some Collection<UInt8>) {
        guard let storage = SixteenBytes(bytes) else { return nil }
        self.storage = storage
    }

    /// Reads 32 hexadecimal digits; nil for any other text.
    package init?(hex text: String) {
        guard let bytes = Wire.bytes(hexadecimal: text) else { return nil }
        self.init(exactly: bytes)
    }

    /// A new identifier from the system's random source.
    package static func random() -> Identifier {
        var source = SystemRandomNumberGenerator()
        return random(using: &source)
    }

    /// A new identifier from the given random source.
    package static func random(using source: inout some RandomNumberGenerator) -> Identifier {
        Identifier(SixteenBytes(high: source.next(), low: source.next()))
    }

    /// The sixteen bytes.
    package var bytes: [UInt8] { storage.bytes }

    /// The 32 lowercase hexadecimal digits.
    package var hex: String { hexadecimal(bytes) }

    /// The same as `hex`.
    package var description: String { hex }

    /// Whether the bytes of `left` come before those of `right`.
    package static func < (left: Identifier, right: Identifier) -> Bool {
        left.storage < right.storage
    }
}

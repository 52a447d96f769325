/// Sixteen bytes in two words, so that identifiers are compared and hashed without touching the heap.
///
/// The words are big-endian, so comparing them is comparing the bytes from the first on.
struct SixteenBytes: Hashable, Comparable, Sendable {
    static let byteCount = 16

    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless there are exactly sixteen bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(high: word(of: bytes.prefix(8)), low: word(of: bytes.dropFirst(8)))
    }

    var bytes: [UInt8] {
        bigEndianBytes(of: high) + bigEndianBytes(of: low)
    }

    static func < (left: SixteenBytes, right: SixteenBytes) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// The number whose big-endian bytes are these (at most eight).
func word(of bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

/// The eight bytes of a number, the most significant first.
func bigEndianBytes(of word: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
}

/// Lowercase hexadecimal of some bytes.
func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes which a hexadecimal text names; nil when it holds anything but pairs of digits.
func bytes(hexadecimal text: String) -> [UInt8]? {
    func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 2) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(characters.count / 2)
    for index in stride(from: 0, to: characters.count, by: 2) {
        guard let high = digit(characters[index]), let low = digit(characters[index + 1]) else { return nil }
        result.append(high << 4 | low)
    }
    return result
}

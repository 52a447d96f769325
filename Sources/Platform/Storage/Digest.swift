internal import Crypto

/// The SHA-256 of some bytes: 32 bytes, written as 64 lowercase hexadecimal digits.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// A SHA-256 has 32 bytes.
    package static let byteCount = 32
    /// The digest itself.
    package let bytes: [UInt8]

    /// Takes a digest which was stored; nil when it is not 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Computes the digest of some bytes.
    package init(of content: [UInt8]) {
        self.bytes = sha256(content)
    }

    /// 64 lowercase hexadecimal digits.
    package var hex: String { Self.hexadecimal(bytes) }

    /// Two lowercase digits of a byte.
    static func hexadecimal(_ byte: UInt8) -> String { hexadecimal([byte]) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The same as `hex`.
    package var description: String { hex }
}

/// The SHA-256 of some bytes (32 bytes).
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: bytes))
}

/// The HMAC-SHA-256 of a message under a key (32 bytes), which makes pseudonyms.
package func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
}

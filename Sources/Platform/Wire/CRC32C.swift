private import CChecksum

/// The Castagnoli checksum (polynomial 0x1EDC6F41, reflected; the one of iSCSI, RFC 3720): by the processor's own
/// instruction where it has one, else eight bytes a step.
package struct CRC32C: Sendable {
    private var state: UInt32 = .max
    private let isInHardware: Bool

    /// A checksum of nothing.
    package init() { self.init(avoidsHardware: false) }

    /// A checksum that is made by tables even where there is an instruction, for comparison.
    init(avoidsHardware: Bool) { isInHardware = !avoidsHardware && carina_crc32c_is_there() }

    /// The checksum of everything fed so far.
    package var value: UInt32 { ~state }

    /// The checksum of some bytes.
    package static func checksum(of bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes.span)
        return checksum.value
    }

    /// Takes in more bytes; how they are divided among calls makes no difference.
    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe update(bytes.bytes)  // A byte has no padding.
    }

    /// Takes in more bytes, whatever they stand for.
    package mutating func update(_ bytes: RawSpan) {
        state = unsafe bytes.withUnsafeBytes { source in
            if isInHardware {
                // SAFETY: C reads exactly `count` bytes from the start of the span.
                let start = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe carina_crc32c(state, start, source.count)
            }
            return unsafe Self.tables.withUnsafeBufferPointer { tables in
                unsafe Self.advance(state, over: source, tables)
            }
        }
    }

    private static func advance(
        _ start: UInt32,
        over bytes: UnsafeRawBufferPointer,
        _ tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        var crc = start
        var offset = 0
        // SAFETY: offset + 8 <= count in the first loop, offset < count in the second; each index into the tables
        // is 256 * t + one byte, t < 8.
        while offset + 8 <= bytes.count {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let mixed = UInt64(littleEndian: word) ^ UInt64(crc)
            crc = unsafe tables[7 * 256 + Int(mixed & 0xFF)] ^ tables[6 * 256 + Int(mixed >> 8 & 0xFF)]
            crc ^=
                unsafe tables[5 * 256 + Int(mixed >> 16 & 0xFF)] ^ tables[4 * 256 + Int(mixed >> 24 & 0xFF)]
            crc ^=
                unsafe tables[3 * 256 + Int(mixed >> 32 & 0xFF)] ^ tables[2 * 256 + Int(mixed >> 40 & 0xFF)]
            crc ^= unsafe tables[256 + Int(mixed >> 48 & 0xFF)] ^ tables[Int(mixed >> 56)]
            offset += 8
        }
        while offset < bytes.count {
            crc = unsafe crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[offset])) & 0xFF)]
            offset += 1
        }
        return crc
    }

    /// Eight tables of 256: table t holds the checksum of a byte followed by t zero bytes.
    private static let tables: [UInt32] = {
        let polynomial: UInt32 = 0x82F6_3B78
        var tables = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
        }
        for index in 256..<(8 * 256) {
            let previous = tables[index - 256]
            tables.append(previous >> 8 ^ tables[Int(previous & 0xFF)])
        }
        return tables
    }()
}

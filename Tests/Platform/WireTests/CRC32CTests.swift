import TestKit
import Testing

@testable import Wire

@Suite("CRC-32C")
struct CRC32CTests {
    /// One bit at a time, as the polynomial is written.
    private func slowTwin(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }

    // W-06: the check value, and the values of RFC 3720, appendix B.4.
    @Test("has the published values")
    func published() {
        #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum(of: Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum(of: Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(of: Array(0..<32)) == 0x46DD_794E)
        #expect(CRC32C.checksum(of: []) == 0)
    }

    @Test("agrees with its slow twin for every length and division")
    func slow() {
        var random = SplitMix64(seed: 32)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(CRC32C.checksum(of: bytes) == slowTwin(bytes))
            var divided = CRC32C()
            let middle = Int.random(in: 0...count, using: &random)
            divided.update(bytes.span.extracting(..<middle))
            divided.update(bytes.span.extracting(middle...))
            #expect(divided.value == slowTwin(bytes))
        }
    }

    @Test(
        "is the same with and without the processor's instruction, also for more than is summed side by side"
    )
    func hardware() {
        var random = SplitMix64(seed: 33)
        for count in [6_143, 6_144, 6_145, 20_000, 524_297] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var byTables = CRC32C(avoidsHardware: true)
            byTables.update(bytes.span)
            #expect(CRC32C.checksum(of: bytes) == byTables.value)
            #expect(byTables.value == slowTwin(bytes))
            // Summed side by side from a state that is not the first one.
            var divided = CRC32C()
            divided.update(bytes.span.extracting(..<11))
            divided.update(bytes.span.extracting(11...))
            #expect(divided.value == byTables.value)
        }
    }
}

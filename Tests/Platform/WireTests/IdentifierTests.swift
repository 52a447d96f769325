import TestKit
import Testing
import Wire

@Suite("Identifiers")
struct IdentifierTests {
    @Test("are read from 32 hexadecimal digits and nothing else")
    func hexadecimal() {
        let text = "5f0c8a1de2b34479a0c1d2e3f4051627"
        #expect(Identifier(hex: text)?.description == text)
        #expect(Identifier(hex: text.uppercased())?.hex == text)
        for wrong in [
            "", "5f", text + "00", String(text.dropLast()), "zz" + text.dropFirst(2), "肺" + text.dropFirst(3),
        ] {
            #expect(Identifier(hex: wrong) == nil)
            #expect(RequestID(hex: wrong) == nil)
        }
        #expect(Fingerprint(hex: text + text)?.hex == text + text)
        #expect(Fingerprint(hex: text) == nil)
    }

    @Test("are ordered by their bytes, the first first")
    func order() {
        var random = SplitMix64(seed: 16)
        let identifiers = (0..<500).map { _ in Identifier.random(using: &random) }
        let byBytes = identifiers.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(identifiers.sorted() == byBytes)
        #expect(
            Identifier(bytes: Array(repeating: 0, count: 15) + [1])
                < Identifier(bytes: [1] + Array(repeating: 0, count: 15))
        )
    }

    @Test("keep their bytes, and refuse other lengths")
    func bytes() {
        let bytes = Array(UInt8(1)...16)
        #expect(Identifier(bytes: bytes).bytes == bytes)
        #expect(Identifier(exactly: bytes + bytes) == nil)
        #expect(RequestID(exactly: bytes)?.bytes == bytes)
        #expect(Fingerprint(bytes: bytes + bytes).bytes == bytes + bytes)
        #expect(Fingerprint(exactly: bytes) == nil)
    }

    @Test("kinds know their names, unknown ones too")
    func kinds() {
        #expect(MessageKind(.ingest, 0x10).description == "ingest.0x10")
        #expect(MessageKind(ServiceNumber(rawValue: 77), 0xFF).description == "service-77.0xff")
        #expect(MessageKind(.common, 0x02).addressed(to: .embedder) == MessageKind(.embedder, 0x02))
        #expect(MessageKind(.ingest, 0x10).addressed(to: .embedder) == MessageKind(.ingest, 0x10))
    }
}

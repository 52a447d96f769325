import Testing
import Wire

@Suite("Fields")
struct FrameReaderTests {
    private func bytes(_ write: (inout FrameWriter) -> Void) -> [UInt8] {
        var writer = FrameWriter()
        write(&writer)
        return writer.bytes
    }

    // W-01: numbers are little-endian.
    @Test("reads little-endian numbers in their order")
    func numbers() throws {
        var reader = FrameReader([0x01, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0xFE, 0xFF, 0, 0, 0xC0, 0x3F])
        #expect(try reader.read("a", as: UInt8.self) == 1)
        #expect(try reader.read("b", as: UInt16.self) == 0x1234)
        #expect(try reader.read("c", as: UInt32.self) == 0x1234_5678)
        #expect(try reader.read("d", as: Int16.self) == -2)
        #expect(try reader.read("e", as: Float.self) == 1.5)
        #expect(reader.remaining == 0)
        #expect(reader.offset == 45)
    }

    // W-11: a field that the bytes end inside of is truncated, at its start.
    @Test("says which field the bytes end in")
    func truncated() throws {
        var reader = FrameReader([1, 2, 3, 4, 5])
        _ = try reader.read("first", as: UInt32.self)
        #expect(throws: WireError(.truncated, at: 36, reading: "second")) {
            _ = try reader.read("second", as: UInt64.self)
        }
        #expect(throws: WireError(.truncated, at: 36, reading: "sliceID")) {
            _ = try reader.read("sliceID", as: Identifier.self)
        }
    }

    // W-12: presence bytes and choices that stand for nothing.
    @Test("refuses a bool that is neither", arguments: [UInt8(2), 0x80, 0xFF])
    func badBool(byte: UInt8) {
        var reader = FrameReader([byte, 0])
        #expect(throws: WireError(.badValue, at: 32, reading: "isTest")) {
            _ = try reader.read("isTest", as: Bool.self)
        }
        reader = FrameReader([byte, 0])
        #expect(throws: WireError(.badValue, at: 32, reading: "after")) {
            _ = try reader.read("after", as: UInt8?.self)
        }
    }

    // W-13: a count which the frame cannot hold is refused before anything is allocated.
    @Test("refuses a count larger than the frame", arguments: [UInt32(2), 1_000, .max])
    func claimsTooMuch(claimed: UInt32) {
        let body = bytes {
            $0.write(claimed)
            $0.write(Float(1))
        }
        var reader = FrameReader(body)
        #expect(throws: WireError(.limitExceeded, at: 32, reading: "vector")) {
            _ = try reader.read("vector", as: [Float].self)
        }
        reader = FrameReader(body)
        #expect(throws: WireError(.limitExceeded, at: 32, reading: "sliceIDs")) {
            _ = try reader.read("sliceIDs", as: [Identifier].self)
        }
        reader = FrameReader([5, 0, 0, 0] + Array("text".utf8))
        #expect(throws: WireError(.limitExceeded, at: 32, reading: "key")) {
            _ = try reader.read("key", as: String.self)
        }
    }

    // W-14: a list of anything but numbers has at most 65,536 elements.
    @Test("bounds lists whose elements are large in memory and small on the wire")
    func longList() throws {
        let allowed = Limits.elementsMaximum
        var reader = FrameReader(bytes { $0.count(allowed) } + Array(repeating: 0, count: allowed))
        #expect(try reader.read("slices", as: [Identifier?].self).count == allowed)
        reader = FrameReader(bytes { $0.count(allowed + 1) } + Array(repeating: 0, count: allowed + 1))
        #expect(throws: WireError(.limitExceeded, at: 32, reading: "slices")) {
            _ = try reader.read("slices", as: [Identifier?].self)
        }
        reader = FrameReader(bytes { $0.count(allowed + 1) } + Array(repeating: 7, count: 2 * (allowed + 1)))
        #expect(try reader.read("values", as: [Int16].self).count == allowed + 1)
    }

    // W-15: text is UTF-8.
    @Test(
        "refuses text that is no UTF-8",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE8, 0x82]]
    )
    func badText(text: [UInt8]) {
        var reader = FrameReader(bytes { $0.write(text) })
        #expect(throws: WireError(.badText, at: 32, reading: "kernel")) {
            _ = try reader.read("kernel", as: String.self)
        }
    }

    // W-16: floats are finite, alone and in vectors; the error names the very element.
    @Test("refuses floats that are none", arguments: [Float.infinity, -.infinity, .nan])
    func notFinite(value: Float) {
        var reader = FrameReader(bytes { $0.write(value) })
        #expect(throws: WireError(.notFinite, at: 32, reading: "distance")) {
            _ = try reader.read("distance", as: Float.self)
        }
        reader = FrameReader(bytes { $0.write([0, 1, value, 3]) })
        #expect(throws: WireError(.notFinite, at: 44, reading: "vector")) {
            _ = try reader.read("vector", as: [Float].self)
        }
        reader = FrameReader(bytes { $0.write(Double(value)) })
        #expect(throws: WireError(.notFinite, at: 32, reading: "area")) {
            _ = try reader.read("area", as: Double.self)
        }
    }

    @Test("copies a slice's worth of numbers and keeps each")
    func bulk() throws {
        let values = (0..<(512 * 512)).map { Int16(truncatingIfNeeded: $0 &* 7) }
        let vector = (0..<2_048).map { Float($0) / 16 }
        let body = bytes {
            $0.write(UInt8(1))
            $0.write(values)
            $0.write(vector)
        }
        #expect(body.count == 1 + 4 + 2 * values.count + 4 + 4 * vector.count)
        var reader = FrameReader(body)
        // The odd byte before them: nothing is aligned on the wire.
        #expect(try reader.read("odd", as: UInt8.self) == 1)
        #expect(try reader.read("values", as: [Int16].self) == values)
        #expect(try reader.read("vector", as: [Float].self) == vector)
    }
}

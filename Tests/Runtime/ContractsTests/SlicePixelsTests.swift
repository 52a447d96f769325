import Contracts
import Testing
import Tomography
import Wire

@Suite("Slices on the wire")
struct SlicePixelsTests {
    private func pixels(rows: UInt32, columns: UInt32, spacing: [Double]?, count: Int) -> [UInt8] {
        var writer = FrameWriter()
        writer.write(rows)
        writer.write(columns)
        writer.write(UInt8(0))
        writer.write(spacing != nil)
        for number in spacing ?? [] { writer.write(number) }
        writer.write(Array(repeating: Int16(-1_000), count: count))
        return writer.bytes
    }

    private func read(_ bytes: [UInt8]) throws -> CTSlice {
        var reader = FrameReader(bytes)
        return try SlicePixels(from: &reader).ctSlice
    }

    @Test("a slice comes back as it was", arguments: [(1, 1), (512, 512), (3, 700)])
    func roundTrip(rows: Int, columns: Int) throws {
        let slice = try #require(
            CTSlice(
                rows: rows,
                columns: columns,
                scale: .hounsfield,
                spacing: PixelSpacing(rowMillimeters: 0.7, columnMillimeters: 0.9),
                values: (0..<(rows * columns)).map { Int16(truncatingIfNeeded: $0 &* 31 - 1_024) }
            )
        )
        let reply = FetchPixels.Reply(slice: SlicePixels(slice))
        #expect(try FetchPixels.Reply(decoding: reply.body).slice.ctSlice == slice)
    }

    // W-17: sides of 1 to 2,048, rows x columns values, spacings that a CT can have.
    @Test("what is no slice is refused where it is wrong")
    func refused() throws {
        #expect(try read(pixels(rows: 2, columns: 2, spacing: nil, count: 4)).values.count == 4)
        #expect(throws: WireError(.badValue, at: 32, reading: "rows")) {
            try read(pixels(rows: 0, columns: 2, spacing: nil, count: 0))
        }
        #expect(throws: WireError(.badValue, at: 36, reading: "columns")) {
            try read(pixels(rows: 2, columns: 2_049, spacing: nil, count: 4_098))
        }
        #expect(throws: WireError(.badValue, at: 42, reading: "values")) {
            try read(pixels(rows: 2, columns: 2, spacing: nil, count: 5))
        }
        #expect(throws: WireError(.badValue, at: 42, reading: "spacing")) {
            try read(pixels(rows: 2, columns: 2, spacing: [0.5, 25], count: 4))
        }
    }
}

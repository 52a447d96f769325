package import Tomography
package import Wire

extension IntensityScale: WireValue {}

extension PixelSpacing: WireStructure {
    /// Two float64.
    package static let byteCountMinimum = 8 + 8

    /// Reads two distances that can be those of a CT.
    package init(from reader: inout FrameReader) throws(WireError) {
        let start = reader.offset
        let row: Double = try reader.read("rowMillimeters")
        let column: Double = try reader.read("columnMillimeters")
        self.init(rowMillimeters: row, columnMillimeters: column)
        guard isPlausible else { throw WireError(.badValue, at: start, reading: "spacing") }
    }

    /// Writes rows first, as in DICOM.
    package func encode(into writer: inout FrameWriter) {
        writer.write(rowMillimeters)
        writer.write(columnMillimeters)
    }
}

/// A slice's numbers on the wire: rows u32, columns u32, scale, spacing?, values [i16].
package struct SlicePixels: WireStructure, Equatable {
    /// Fixed fields and an empty list.
    package static let byteCountMinimum = 4 + 4 + 1 + 1 + 4

    /// The slice. Its values are neither clipped nor otherwise changed on the way.
    package let ctSlice: CTSlice

    /// Takes a slice as it is.
    package init(_ ctSlice: CTSlice) {
        self.ctSlice = ctSlice
    }

    /// Reads a slice: sides of 1 to `Limits.sliceSideMaximum`, exactly rows x columns values.
    package init(from reader: inout FrameReader) throws(WireError) {
        let rows = try Self.side("rows", from: &reader)
        let columns = try Self.side("columns", from: &reader)
        let scale: IntensityScale = try reader.read("scale")
        let spacing: PixelSpacing? = try reader.read("spacing")
        let start = reader.offset
        let values: [Int16] = try reader.read("values")
        guard
            let slice = CTSlice(rows: rows, columns: columns, scale: scale, spacing: spacing, values: values)
        else { throw WireError(.badValue, at: start, reading: "values") }
        ctSlice = slice
    }

    /// Writes the slice.
    package func encode(into writer: inout FrameWriter) {
        writer.write(UInt32(ctSlice.rows))
        writer.write(UInt32(ctSlice.columns))
        writer.write(ctSlice.scale)
        writer.write(ctSlice.spacing)
        writer.write(ctSlice.values)
    }

    private static func side(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Int {
        let start = reader.offset
        let side = Int(try reader.integer(field, as: UInt32.self))
        guard (1...Limits.sliceSideMaximum).contains(side) else {
            throw WireError(.badValue, at: start, reading: "\(field)")
        }
        return side
    }
}

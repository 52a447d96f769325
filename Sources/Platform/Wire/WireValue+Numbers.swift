extension WireValue where Self: FixedWidthInteger & BitwiseCopyable {
    /// An integer takes as many bytes as it has.
    package static var byteCountMinimum: Int { bitWidth / 8 }
    /// A list of integers is bounded by its bytes alone.
    package static var elementsMaximum: Int { .max }

    /// Reads a little-endian integer.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Self {
        try reader.integer(field)
    }

    /// Writes a little-endian integer.
    package func write(into writer: inout FrameWriter) {
        writer.integer(self)
    }

    /// Reads all of them in one copy of memory.
    package static func readElements(
        _ field: StaticString,
        count: Int,
        from reader: inout FrameReader
    ) throws(WireError) -> [Self] {
        let numbers = try reader.numbers(field, count: count, as: Self.self)
        #if _endian(big)
            return numbers.map(Self.init(littleEndian:))
        #else
            return numbers
        #endif
    }

    /// Writes all of them in one copy of memory.
    package static func writeElements(_ elements: [Self], into writer: inout FrameWriter) {
        #if _endian(big)
            writer.numbers(elements.map(\.littleEndian))
        #else
            writer.numbers(elements)
        #endif
    }
}

extension UInt8: WireValue {}
extension UInt16: WireValue {}
extension UInt32: WireValue {}
extension UInt64: WireValue {}
extension Int16: WireValue {}
extension Int32: WireValue {}

extension Float: WireValue {
    /// float32.
    package static var byteCountMinimum: Int { 4 }
    /// A list of floats is bounded by its bytes alone.
    package static var elementsMaximum: Int { .max }

    /// Reads a finite float32.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Float {
        try reader.float(field)
    }

    /// Writes a float32. It should be finite: the receiver refuses others.
    package func write(into writer: inout FrameWriter) {
        writer.integer(bitPattern)
    }

    /// Reads a whole vector in one copy of memory, then looks for numbers that are none.
    package static func readElements(
        _ field: StaticString,
        count: Int,
        from reader: inout FrameReader
    ) throws(WireError) -> [Float] {
        let start = reader.offset
        #if _endian(big)
            let vector = try UInt32.readElements(field, count: count, from: &reader).map(
                Float.init(bitPattern:)
            )
        #else
            let vector = try reader.numbers(field, count: count, as: Float.self)
        #endif
        if let index = vector.firstIndex(where: { !$0.isFinite }) {
            throw WireError(.notFinite, at: start + 4 * index, reading: "\(field)")
        }
        return vector
    }

    /// Writes a whole vector in one copy of memory.
    package static func writeElements(_ elements: [Float], into writer: inout FrameWriter) {
        #if _endian(big)
            writer.numbers(elements.map(\.bitPattern.littleEndian))
        #else
            writer.numbers(elements)
        #endif
    }
}

extension Double: WireValue {
    /// float64.
    package static var byteCountMinimum: Int { 8 }
    /// A list of floats is bounded by its bytes alone.
    package static var elementsMaximum: Int { .max }

    /// Reads a finite float64.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Double {
        try reader.double(field)
    }

    /// Writes a float64. It should be finite: the receiver refuses others.
    package func write(into writer: inout FrameWriter) {
        writer.integer(bitPattern)
    }
}

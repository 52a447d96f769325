/// Anything that can stand in a body: a number, a text, an identifier, a list, a structure.
package protocol WireValue: Sendable {
    /// The fewest bytes that a value of this type takes. A count of such values is refused when so many cannot follow.
    static var byteCountMinimum: Int { get }
    /// Reads one value.
    static func read(_ field: StaticString, from reader: inout FrameReader) throws(WireError) -> Self
    /// Writes this value.
    func write(into writer: inout FrameWriter)
    /// Reads the elements of a list whose count has been read. Plain numbers do it in one copy of memory.
    static func readElements(
        _ field: StaticString,
        count: Int,
        from reader: inout FrameReader
    ) throws(WireError) -> [Self]
    /// Writes the elements of a list whose count has been written.
    static func writeElements(_ elements: [Self], into writer: inout FrameWriter)
    /// The most elements of a list of these.
    static var elementsMaximum: Int { get }
}

extension WireValue {
    /// See `Limits.elementsMaximum`.
    package static var elementsMaximum: Int { Limits.elementsMaximum }

    /// One after the other. Memory grows with what was really read, not with what the count claims.
    package static func readElements(
        _ field: StaticString,
        count: Int,
        from reader: inout FrameReader
    ) throws(WireError) -> [Self] {
        var elements: [Self] = []
        for _ in 0..<count { elements.append(try read(field, from: &reader)) }
        return elements
    }

    /// One after the other.
    package static func writeElements(_ elements: [Self], into writer: inout FrameWriter) {
        for element in elements { element.write(into: &writer) }
    }
}

/// Several fields one after the other, without a name or length of its own.
package protocol WireStructure: WireValue {
    /// Reads the fields in their order.
    init(from reader: inout FrameReader) throws(WireError)
    /// Writes the fields in their order.
    func encode(into writer: inout FrameWriter)
}

extension WireStructure {
    /// Reads the fields; errors name the innermost field.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Self {
        try Self(from: &reader)
    }

    /// Writes the fields.
    package func write(into writer: inout FrameWriter) {
        encode(into: &writer)
    }
}

extension WireValue where Self: RawRepresentable, RawValue == UInt8 {
    /// A choice is one byte.
    package static var byteCountMinimum: Int { 1 }

    /// Reads a byte that must stand for one of our choices: a new choice is a new schema.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Self {
        let start = reader.offset
        guard let value = Self(rawValue: try reader.integer(field)) else {
            throw WireError(.badValue, at: start, reading: "\(field)")
        }
        return value
    }

    /// Writes the choice's byte.
    package func write(into writer: inout FrameWriter) {
        writer.integer(rawValue)
    }
}

extension Bool: WireValue {
    /// One byte, 0 or 1.
    package static var byteCountMinimum: Int { 1 }

    /// Reads a byte that is 0 or 1.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Bool {
        try reader.bool(field)
    }

    /// Writes 0 or 1.
    package func write(into writer: inout FrameWriter) {
        writer.integer(UInt8(self ? 1 : 0))
    }
}

extension String: WireValue {
    /// A length.
    package static var byteCountMinimum: Int { 4 }

    /// Reads a length and that many bytes of UTF-8.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> String {
        try reader.string(field)
    }

    /// Writes the length in bytes and the UTF-8.
    package func write(into writer: inout FrameWriter) {
        let bytes = Array(utf8)
        writer.count(bytes.count)
        writer.raw(bytes)
    }
}

extension Optional: WireValue where Wrapped: WireValue {
    /// The byte that says whether a value follows.
    package static var byteCountMinimum: Int { 1 }

    /// Reads whether a value follows, and the value.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Wrapped? {
        try reader.bool(field) ? try Wrapped.read(field, from: &reader) : nil
    }

    /// Writes whether a value follows, and the value.
    package func write(into writer: inout FrameWriter) {
        writer.write(self != nil)
        self?.write(into: &writer)
    }
}

extension Array: WireValue where Element: WireValue {
    /// A count.
    package static var byteCountMinimum: Int { 4 }

    /// Reads a count and that many elements.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> [Element] {
        let start = reader.offset
        let count = try reader.count(field, of: Element.byteCountMinimum)
        guard count <= Element.elementsMaximum else {
            throw WireError(.limitExceeded, at: start, reading: "\(field)")
        }
        return try Element.readElements(field, count: count, from: &reader)
    }

    /// Writes the count and the elements.
    package func write(into writer: inout FrameWriter) {
        writer.count(count)
        Element.writeElements(self, into: &writer)
    }
}

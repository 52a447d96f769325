extension Identifier: WireValue {
    /// Sixteen bytes, without a length.
    package static var byteCountMinimum: Int { byteCount }

    /// Reads sixteen bytes.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Identifier {
        Identifier(bytes: try reader.raw(field, count: byteCount))
    }

    /// Writes sixteen bytes.
    package func write(into writer: inout FrameWriter) {
        writer.raw(bytes)
    }
}

extension RequestID: WireValue {
    /// Sixteen bytes, without a length.
    package static var byteCountMinimum: Int { byteCount }

    /// Reads sixteen bytes.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> RequestID {
        RequestID(exactly: try reader.raw(field, count: byteCount)) ?? .none
    }

    /// Writes sixteen bytes.
    package func write(into writer: inout FrameWriter) {
        writer.raw(bytes)
    }
}

extension Fingerprint: WireValue {
    /// 32 bytes, without a length.
    package static var byteCountMinimum: Int { byteCount }

    /// Reads 32 bytes.
    package static func read(
        _ field: StaticString,
        from reader: inout FrameReader
    ) throws(WireError) -> Fingerprint {
        Fingerprint(bytes: try reader.raw(field, count: byteCount))
    }

    /// Writes 32 bytes.
    package func write(into writer: inout FrameWriter) {
        writer.raw(bytes)
    }
}

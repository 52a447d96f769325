/// The optional fields after the fixed ones: tag u16, length u32, bytes; tags ascend.
///
/// An odd tag that the receiver does not know is skipped, an even one is refused: whoever adds a field chooses.
package struct TaggedFields: Sendable {
    /// One field with the place of its value, for errors.
    struct Field: Sendable {
        let value: [UInt8]
        let offset: Int
    }

    private var fields: [UInt16: Field] = [:]

    /// Reads all fields up to the end of the body.
    ///
    /// - Parameter known: even tags that the receiver understands.
    package init(from reader: inout FrameReader, knowing known: Set<UInt16> = []) throws(WireError) {
        var last: UInt16?
        while reader.remaining > 0 {
            let start = reader.offset
            let tag = try reader.integer("tag", as: UInt16.self)
            if let last, tag <= last { throw WireError(.tagOrder, at: start, reading: "tag") }
            guard tag % 2 == 1 || known.contains(tag) else {
                throw WireError(.unknownTag, at: start, reading: "tag")
            }
            let length = try reader.count("tagLength", of: 1)
            let offset = reader.offset
            fields[tag] = Field(value: try reader.raw("tagValue", count: length), offset: offset)
            last = tag
        }
    }

    /// Reads the fields ahead of a reader that stays where it is: what follows them reads them again.
    package init(aheadOf reader: FrameReader) throws(WireError) {
        var ahead = reader
        try self.init(from: &ahead)
    }

    /// The value of a tag with a prescribed length; nil when the tag is absent.
    func value(_ tag: UInt16, byteCount: Int, _ field: StaticString) throws(WireError) -> [UInt8]? {
        guard let found = fields[tag] else { return nil }
        guard found.value.count == byteCount else {
            throw WireError(.badTagLength, at: found.offset, reading: "\(field)")
        }
        return found.value
    }

    /// The value of a tag that holds one number, identifier or choice; nil when the tag is absent.
    package func value<Value: WireValue>(
        _ tag: UInt16,
        _ field: StaticString,
        as type: Value.Type
    ) throws(WireError) -> Value? {
        let bytes = try value(tag, byteCount: Value.byteCountMinimum, field)
        guard let bytes, let found = fields[tag] else { return nil }
        var reader = FrameReader(bytes, startingAt: found.offset)
        // Not to be inferred: an optional has a byte of its own before its value.
        return try reader.read(field, as: Value.self)
    }

    /// The value of a tag that holds a text or a list, which fills it; nil when the tag is absent.
    package func whole<Value: WireValue>(
        _ tag: UInt16,
        _ field: StaticString,
        as type: Value.Type
    ) throws(WireError) -> Value? {
        guard let found = fields[tag] else { return nil }
        var reader = FrameReader(found.value, startingAt: found.offset)
        let value = try reader.read(field, as: Value.self)
        guard reader.remaining == 0 else {
            throw WireError(.badTagLength, at: found.offset, reading: "\(field)")
        }
        return value
    }
}

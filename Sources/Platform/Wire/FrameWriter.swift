/// Lays out the fields of a body one after the other: the mirror of `FrameReader`.
package struct FrameWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []

    /// An empty body.
    package init() {}

    /// An empty body with room for some bytes.
    package init(reserving byteCount: Int) {
        bytes.reserveCapacity(byteCount)
    }

    /// Makes room for bytes that follow, so that they need not be moved as more of them come.
    package mutating func reserve(_ byteCount: Int) {
        bytes.reserveCapacity(bytes.count + byteCount + Self.fewFields)
    }

    /// Writes one value of any type that the protocol knows.
    package mutating func write(_ value: some WireValue) {
        value.write(into: &self)
    }

    /// Writes an integer, little-endian.
    package mutating func integer(_ value: some FixedWidthInteger & BitwiseCopyable) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes a count or a length.
    package mutating func count(_ count: Int) {
        integer(UInt32(count))
    }

    /// Writes bytes without a length before them.
    package mutating func raw(_ values: [UInt8]) {
        makeRoom(values.count)
        bytes.append(contentsOf: values)
    }

    /// Writes numbers in one copy of memory, without a count before them.
    mutating func numbers<Number: BitwiseCopyable>(_ values: [Number]) {
        makeRoom(values.count * MemoryLayout<Number>.stride)
        unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Room for these bytes and a few fields after them: pixels and objects shall not be moved for the tags' sake.
    private mutating func makeRoom(_ byteCount: Int) {
        let needed = bytes.count + byteCount
        guard needed > bytes.capacity else { return }
        bytes.reserveCapacity(max(needed + Self.fewFields, 2 * bytes.capacity))
    }

    private static let fewFields = 256

    /// Puts a frame's header, checksum and all, over the first 32 bytes, which were written to hold its place.
    mutating func overwriteStart(with header: FrameHeader) {
        bytes.replaceSubrange(..<FrameHeader.checksumOffset, with: header.bytesBeforeChecksum)
        let checksum = FrameHeader.checksum(ofFrame: bytes)
        for index in 0..<4 {
            bytes[FrameHeader.checksumOffset + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index))
        }
    }

    /// Writes a tagged field. Tags come after all fixed fields and ascend.
    package mutating func tagged(_ tag: UInt16, _ value: [UInt8]) {
        integer(tag)
        count(value.count)
        raw(value)
    }

    /// Writes a tagged field that holds one value; none: nothing.
    package mutating func tagged(_ tag: UInt16, optional value: (some WireValue)?) {
        guard let value else { return }
        var writer = FrameWriter()
        writer.write(value)
        tagged(tag, writer.bytes)
    }
}

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
        bytes.append(contentsOf: values)
    }

    /// Writes numbers in one copy of memory, without a count before them.
    mutating func numbers<Number: BitwiseCopyable>(_ values: [Number]) {
        unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
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

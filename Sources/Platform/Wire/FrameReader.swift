/// Reads the fields of a body from front to back. It cannot run past the end, and its errors say where.
///
/// Every count and length is compared with the bytes that remain before anything is allocated.
package struct FrameReader: Sendable {
    private let bytes: [UInt8]
    private let base: Int
    private var position: Int

    /// Reads from the first byte on. `base` is the offset of that byte in its frame, for errors: 32 for a body.
    package init(_ bytes: [UInt8], startingAt base: Int = FrameHeader.byteCount) {
        self.bytes = bytes
        self.base = base
        position = 0
    }

    /// Reads the body of a whole frame where it lies.
    init(frame bytes: [UInt8]) {
        self.bytes = bytes
        base = 0
        position = FrameHeader.byteCount
    }

    /// Where the next byte stands in the frame.
    package var offset: Int { base + position }
    /// How many bytes are left.
    package var remaining: Int { bytes.count - position }

    /// Reads one value of any type that the protocol knows.
    package mutating func read<Value: WireValue>(
        _ field: StaticString,
        as type: Value.Type = Value.self
    ) throws(WireError) -> Value {
        try Value.read(field, from: &self)
    }

    /// Reads a little-endian integer.
    package mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ field: StaticString,
        as type: Number.Type = Number.self
    ) throws(WireError) -> Number {
        let range = try take(MemoryLayout<Number>.size, field)
        // SAFETY: `take` found the whole range inside `bytes`; every bit pattern is an integer.
        let raw = unsafe bytes.span.bytes.unsafeLoadUnaligned(
            fromByteOffset: range.lowerBound,
            as: Number.self
        )
        return Number(littleEndian: raw)
    }

    /// Reads a finite float32.
    package mutating func float(_ field: StaticString) throws(WireError) -> Float {
        let start = offset
        let value = Float(bitPattern: try integer(field))
        guard value.isFinite else { throw WireError(.notFinite, at: start, reading: "\(field)") }
        return value
    }

    /// Reads a finite float64.
    package mutating func double(_ field: StaticString) throws(WireError) -> Double {
        let start = offset
        let value = Double(bitPattern: try integer(field))
        guard value.isFinite else { throw WireError(.notFinite, at: start, reading: "\(field)") }
        return value
    }

    /// Reads a byte that is 0 or 1.
    package mutating func bool(_ field: StaticString) throws(WireError) -> Bool {
        let start = offset
        switch try integer(field, as: UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw WireError(.badValue, at: start, reading: "\(field)")
        }
    }

    /// Reads a count of elements, each of at least `elementSize` bytes, and refuses one that cannot be true.
    package mutating func count(_ field: StaticString, of elementSize: Int) throws(WireError) -> Int {
        let start = offset
        let count = Int(try integer(field, as: UInt32.self))
        guard count <= remaining / max(elementSize, 1) else {
            throw WireError(.limitExceeded, at: start, reading: "\(field)")
        }
        return count
    }

    /// Reads a length and that many bytes of UTF-8.
    package mutating func string(
        _ field: StaticString,
        bytesMaximum: Int = .max
    ) throws(WireError) -> String {
        let start = offset
        let length = try count(field, of: 1)
        guard length <= bytesMaximum else { throw WireError(.limitExceeded, at: start, reading: "\(field)") }
        let range = try take(length, field)
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw WireError(.badText, at: start, reading: "\(field)")
        }
        return text
    }

    /// Reads exactly `count` bytes that have no length before them.
    package mutating func raw(_ field: StaticString, count: Int) throws(WireError) -> [UInt8] {
        Array(bytes[try take(count, field)])
    }

    /// Reads `count` numbers in one copy of memory; the caller has compared the count with what remains.
    mutating func numbers<Number: BitwiseCopyable>(
        _ field: StaticString,
        count: Int,
        as type: Number.Type = Number.self
    ) throws(WireError) -> [Number] {
        let byteCount = count * MemoryLayout<Number>.stride
        let range = try take(byteCount, field)
        return unsafe [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
            // SAFETY: `take` found byteCount bytes at `range`; the buffer has room for `count` numbers of them.
            unsafe bytes.withUnsafeBytes { source in
                let part = unsafe UnsafeRawBufferPointer(rebasing: source[range])
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: part)
            }
            initialized = count
        }
    }

    /// The range of the next `count` bytes, which are then behind us.
    private mutating func take(_ count: Int, _ field: StaticString) throws(WireError) -> Range<Int> {
        guard count <= remaining else { throw WireError(.truncated, at: offset, reading: "\(field)") }
        defer { position += count }
        return position..<(position + count)
    }
}

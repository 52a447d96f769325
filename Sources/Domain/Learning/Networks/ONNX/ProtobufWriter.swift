/// Writes one message of protocol buffers (https://protobuf.dev/programming-guides/encoding): fields in the
/// order of the calls. A message in a message is made first and added as bytes.
///
/// Why not swift-protobuf: of onnx.proto we write a dozen messages with a few fields each. The code generated for
/// all of it would be many times larger than this folder, and one more dependency of the science.
struct ProtobufWriter {
    /// What was written.
    private(set) var bytes: [UInt8] = []

    /// How a field's value is laid out, the low three bits of its tag.
    private enum WireType: UInt64 {
        case variableLength = 0
        case bytes = 2
        case fourBytes = 5
    }

    /// An int32, int64 or enum. Negative ones take ten bytes, as the format wants it.
    mutating func add(_ field: Int, _ value: Int) {
        tag(field, .variableLength)
        variableLength(UInt64(bitPattern: Int64(value)))
    }

    /// A repeated int64, one tag for each as in proto2, which onnx.proto is.
    mutating func add(_ field: Int, _ values: [Int]) {
        for value in values { add(field, value) }
    }

    /// A float.
    mutating func add(_ field: Int, _ value: Float) {
        tag(field, .fourBytes)
        bytes.append(contentsOf: littleEndianBytes([value]))
    }

    /// A string.
    mutating func add(_ field: Int, _ text: String) { add(field, bytes: Array(text.utf8)) }

    /// Bytes.
    mutating func add(_ field: Int, bytes value: [UInt8]) {
        tag(field, .bytes)
        variableLength(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A message.
    mutating func add(_ field: Int, _ message: ProtobufWriter) { add(field, bytes: message.bytes) }

    private mutating func tag(_ field: Int, _ type: WireType) {
        variableLength(UInt64(field) << 3 | type.rawValue)
    }

    /// Seven bits in each byte, the lowest first; the eighth says that more follow.
    private mutating func variableLength(_ value: UInt64) {
        var left = value
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }
}

/// Numbers as the format has them, four bytes each, the lowest first.
func littleEndianBytes(_ values: [Float]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4 * values.count)
    for (index, value) in values.enumerated() {
        let bits = value.bitPattern
        for byte in 0..<4 { bytes[4 * index + byte] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte))) }
    }
    return bytes
}

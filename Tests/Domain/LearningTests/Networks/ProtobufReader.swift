/// Reads one message of protocol buffers into its fields, for tests: written after the format's description and
/// not after the writer.
struct ProtobufReader {
    enum Value: Equatable {
        case integer(UInt64)
        case bytes([UInt8])
        case fourBytes(UInt32)
    }

    struct Damage: Error {}

    /// In the order of the bytes.
    private(set) var fields: [(number: Int, value: Value)] = []

    init(_ bytes: [UInt8]) throws {
        var left = bytes[...]
        while !left.isEmpty {
            let tag = try Self.variableLength(&left)
            let value: Value
            switch tag & 7 {
            case 0: value = .integer(try Self.variableLength(&left))
            case 2: value = .bytes(try Self.take(Int(try Self.variableLength(&left)), &left))
            case 5:
                let four = try Self.take(4, &left)
                value = .fourBytes(four.reversed().reduce(0) { $0 << 8 | UInt32($1) })
            default: throw Damage()
            }
            fields.append((Int(tag >> 3), value))
        }
    }

    /// All values of a field that are messages.
    func messages(_ number: Int) throws -> [ProtobufReader] {
        try bytes(number).map { try ProtobufReader($0) }
    }

    /// All values of a field that are texts.
    func texts(_ number: Int) -> [String] { bytes(number).map { String(decoding: $0, as: UTF8.self) } }

    /// All values of a field that are bytes.
    func bytes(_ number: Int) -> [[UInt8]] {
        fields.compactMap { field in
            if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
        }
    }

    /// All values of a field that are whole numbers.
    func integers(_ number: Int) -> [Int] {
        fields.compactMap { field in
            if field.number == number, case .integer(let value) = field.value {
                Int(truncatingIfNeeded: value)
            } else {
                nil
            }
        }
    }

    private static func take(_ count: Int, _ left: inout ArraySlice<UInt8>) throws -> [UInt8] {
        guard count >= 0, count <= left.count else { throw Damage() }
        defer { left = left.dropFirst(count) }
        return Array(left.prefix(count))
    }

    private static func variableLength(_ left: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = left.popFirst() else { throw Damage() }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw Damage()
    }
}

/// Unpacks a raw deflate stream (RFC 1951); here so that reading golden arrays needs no further library.
///
/// - Parameter count: the expected number of bytes; more is an error.
/// - Throws: `GoldenArrayError` when the stream is damaged.
func inflate(_ packed: ArraySlice<UInt8>, count: Int) throws -> [UInt8] {
    var bits = BitReader(bytes: packed, position: packed.startIndex)
    var output: [UInt8] = []
    output.reserveCapacity(count)
    var isLast = false
    while !isLast {
        isLast = try bits.read(1) == 1
        switch try bits.read(2) {
        case 0:
            try bits.copyStored(into: &output)
        case 1:
            let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
            try copyBlock(
                from: &bits,
                into: &output,
                literals: HuffmanCode(lengths: lengths),
                distances: HuffmanCode(lengths: Array(repeating: 5, count: 30)),
                countMaximum: count
            )
        case 2:
            let (literals, distances) = try readCodes(from: &bits)
            try copyBlock(
                from: &bits,
                into: &output,
                literals: literals,
                distances: distances,
                countMaximum: count
            )
        default:
            throw GoldenArrayError("unknown block of a deflate stream")
        }
        guard output.count <= count else { throw GoldenArrayError("deflate stream is too long") }
    }
    return output
}

private let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
    227,
    258,
]
private let lengthExtraBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
private let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
    4097,
    6145, 8193, 12289, 16385, 24577,
]
private let distanceExtraBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]
private let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

private func copyBlock(
    from bits: inout BitReader,
    into output: inout [UInt8],
    literals: HuffmanCode,
    distances: HuffmanCode,
    countMaximum: Int
) throws {
    while output.count <= countMaximum {
        let symbol = try literals.decode(&bits)
        if symbol < 256 {
            output.append(UInt8(symbol))
            continue
        }
        if symbol == 256 { return }
        guard symbol - 257 < lengthBases.count else {
            throw GoldenArrayError("bad length in a deflate stream")
        }
        let length = lengthBases[symbol - 257] + (try bits.read(lengthExtraBits[symbol - 257]))
        let code = try distances.decode(&bits)
        guard code < distanceBases.count else { throw GoldenArrayError("bad distance in a deflate stream") }
        let distance = distanceBases[code] + (try bits.read(distanceExtraBits[code]))
        guard distance <= output.count else { throw GoldenArrayError("distance before the stream's start") }
        for _ in 0..<length { output.append(output[output.count - distance]) }
    }
}

private func readCodes(from bits: inout BitReader) throws -> (literals: HuffmanCode, distances: HuffmanCode) {
    let literalCount = try bits.read(5) + 257
    let distanceCount = try bits.read(5) + 1
    let codeLengthCount = try bits.read(4) + 4
    var codeLengths = Array(repeating: 0, count: 19)
    for place in codeLengthOrder.prefix(codeLengthCount) { codeLengths[place] = try bits.read(3) }
    let code = HuffmanCode(lengths: codeLengths)

    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
        switch try code.decode(&bits) {
        case 16:
            guard let last = lengths.last else {
                throw GoldenArrayError("nothing to repeat in a deflate stream")
            }
            lengths += Array(repeating: last, count: 3 + (try bits.read(2)))
        case 17: lengths += Array(repeating: 0, count: 3 + (try bits.read(3)))
        case 18: lengths += Array(repeating: 0, count: 11 + (try bits.read(7)))
        case let length: lengths.append(length)
        }
    }
    return (
        HuffmanCode(lengths: Array(lengths.prefix(literalCount))),
        HuffmanCode(lengths: Array(lengths.dropFirst(literalCount).prefix(distanceCount)))
    )
}

/// A canonical Huffman code, decoded bit by bit: slow and short.
private struct HuffmanCode {
    private var counts = Array(repeating: 0, count: 16)
    private var symbols: [Int] = []

    init(lengths: [Int]) {
        for length in lengths where length > 0 { counts[length] += 1 }
        for length in 1..<16 {
            symbols += lengths.indices.filter { lengths[$0] == length }
        }
    }

    func decode(_ bits: inout BitReader) throws -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1..<16 {
            code |= try bits.read(1)
            let count = counts[length]
            if code - first < count { return symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw GoldenArrayError("bad code in a deflate stream")
    }
}

private struct BitReader {
    let bytes: ArraySlice<UInt8>
    var position: Int
    private var buffer = 0
    private var buffered = 0

    init(bytes: ArraySlice<UInt8>, position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func read(_ count: Int) throws -> Int {
        while buffered < count {
            guard position < bytes.endIndex else { throw GoldenArrayError("deflate stream is cut off") }
            buffer |= Int(bytes[position]) << buffered
            position += 1
            buffered += 8
        }
        let value = buffer & ((1 << count) - 1)
        buffer >>= count
        buffered -= count
        return value
    }

    mutating func copyStored(into output: inout [UInt8]) throws {
        buffer = 0
        buffered = 0
        guard position + 4 <= bytes.endIndex else { throw GoldenArrayError("deflate stream is cut off") }
        let count = Int(bytes.integer(at: position, byteCount: 2))
        let end = position + 4 + count
        guard end <= bytes.endIndex else { throw GoldenArrayError("stored block is cut off") }
        output += bytes[position + 4..<end]
        position = end
    }
}

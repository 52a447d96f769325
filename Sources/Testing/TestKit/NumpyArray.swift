/// One array as numpy stores it: a shape, an element type and little-endian values, row-major.
package struct NumpyArray: Sendable {
    /// Elements along each axis; empty for a scalar.
    package let shape: [Int]
    /// numpy's name of the element type: `<f4`, `<f8`, `<f2`, `<i2`, `<i4`, `<i8`, `|i1`, `|u1`, `|b1`,
    /// `<U…`.
    package let elementType: String
    private let bytes: ArraySlice<UInt8>
    private let elementSize: Int

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Parses the bytes of an `.npy` file, format version 1 or 2.
    ///
    /// - Throws: `GoldenArrayError` when the bytes are damaged, in Fortran order, or of an unknown element
    ///   type.
    package init(_ file: [UInt8]) throws {
        guard file.starts(with: Self.magic), file.count > 12 else {
            throw GoldenArrayError("not an npy file")
        }
        let isLong = file[6] >= 2
        let headerStart = isLong ? 12 : 10
        let headerCount = Int(file.integer(at: 8, byteCount: isLong ? 4 : 2))
        guard headerStart + headerCount <= file.count else { throw GoldenArrayError("header cut off") }
        let header = String(decoding: file[headerStart..<headerStart + headerCount], as: UTF8.self)
        guard header.contains("'fortran_order': False") else { throw GoldenArrayError("Fortran order") }

        elementType = try Self.between("'descr': '", "'", in: header)
        shape = try Self.between("'shape': (", ")", in: header).split(separator: ",").map { part in
            guard let extent = Int(part.filter { $0 != " " }) else { throw GoldenArrayError("bad shape") }
            return extent
        }
        guard let digits = Int(elementType.dropFirst(2)) else { throw GoldenArrayError("bad element type") }
        elementSize = elementType.hasPrefix("<U") ? 4 * digits : digits
        guard Self.known.contains(elementType) || elementType.hasPrefix("<U") else {
            throw GoldenArrayError("unknown element type \(elementType)")
        }
        bytes = file[(headerStart + headerCount)...]
        guard bytes.count == shape.reduce(1, *) * elementSize else { throw GoldenArrayError("wrong length") }
    }

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }

    /// The values as Float; exact for `<f4`, `<f2` and small integers.
    package var floats: [Float] {
        switch elementType {
        case "<f4": offsets.map { Float(bitPattern: UInt32(bytes.integer(at: $0, byteCount: 4))) }
        default: doubles.map { Float($0) }
        }
    }

    /// The values as Double; exact for all but huge integers.
    package var doubles: [Double] {
        switch elementType {
        case "<f8": offsets.map { Double(bitPattern: bytes.integer(at: $0, byteCount: 8)) }
        case "<f4": offsets.map { Double(Float(bitPattern: UInt32(bytes.integer(at: $0, byteCount: 4)))) }
        case "<f2": offsets.map { Double(Self.wide(UInt16(bytes.integer(at: $0, byteCount: 2)))) }
        default: integers.map { Double($0) }
        }
    }

    /// The values as Int; fractions are cut off, truth values are 0 and 1.
    package var integers: [Int] {
        switch elementType {
        case "<f8", "<f4", "<f2":
            doubles.map { Int($0) }
        case "|u1", "|b1":
            bytes.map { Int($0) }
        default:
            offsets.map { offset in
                let unused = 64 - 8 * elementSize
                let value = bytes.integer(at: offset, byteCount: elementSize)
                // Shifting up and down again spreads the sign.
                return Int(Int64(bitPattern: value << unused) >> unused)
            }
        }
    }

    /// The elements of a `<U` array without their padding; empty for other types.
    package var texts: [String] {
        guard elementType.hasPrefix("<U") else { return [] }
        return offsets.map { offset in
            let scalars = stride(from: offset, to: offset + elementSize, by: 4).compactMap {
                Unicode.Scalar(UInt32(bytes.integer(at: $0, byteCount: 4)))
            }
            return String(String.UnicodeScalarView(scalars.prefix { $0.value != 0 }))
        }
    }

    private var offsets: StrideTo<Int> {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: max(elementSize, 1))
    }

    private static let known: Set<String> = [
        "<f4", "<f8", "<f2", "<i2", "<i4", "<i8", "|i1", "|u1", "|b1",
    ]

    private static func between(_ start: String, _ end: String, in header: String) throws -> String {
        guard let opening = header.firstRange(of: start),
            let closing = header[opening.upperBound...].firstRange(of: end)
        else { throw GoldenArrayError("header without \(start)") }
        return String(header[opening.upperBound..<closing.lowerBound])
    }

    /// Widens IEEE half precision, which not every platform's Swift has as a type.
    private static func wide(_ bits: UInt16) -> Float {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10) & 0x1F
        let fraction = Float(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * Float(sign: .plus, exponent: -24, significand: 1)
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default:
            return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
        }
    }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// A little-endian integer of at most 8 bytes. The caller has checked the bounds.
    func integer(at offset: Int, byteCount: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<byteCount { value |= UInt64(self[offset + index]) << (8 * UInt64(index)) }
        return value
    }
}

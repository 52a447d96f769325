private import Crypto
private import FoundationEssentials

/// SHA-256 of some bytes (32).
package func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

/// Lowercase hexadecimal digits of some bytes.
package func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
        as: UTF8.self
    )
}

/// Why a model's file was refused.
package struct ModelFileError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, for people.
    package let description: String

    /// Says what is wrong with a file.
    package init(_ description: String) { self.description = "model file: " + description }
}

/// Arrays of single or half precision with names, and texts about them, in the safetensors format: 8 bytes header length, a
/// JSON header, then the arrays' bytes without gaps, all little-endian.
///
/// There is one way only to write a content, and a checksum over header and arrays stands among the texts, so reading
/// finds each changed bit.
struct SafeTensors: Equatable {
    struct Tensor: Equatable {
        let shape: [Int]
        let values: [Float]
        let precision: Precision

        /// - Parameter values: rounded to the precision.
        init(shape: [Int], values: [Float], precision: Precision = .single) {
            self.shape = shape
            self.precision = precision
            self.values = precision == .single ? values : values.map { Float(Float16($0)) }
        }
    }

    /// How exact numbers are in a file, by the format's name of it.
    enum Precision: String {
        case single = "F32"
        case half = "F16"

        var byteCount: Int { self == .single ? 4 : 2 }
    }

    /// Arrays by name.
    private(set) var tensors: [String: Tensor]
    /// Texts by key, without the checksum.
    private(set) var metadata: [String: String]

    /// Headers above this are not read.
    private static let headerByteMaximum = 1 << 20
    private static let checksumKey = "sha256"

    init(tensors: [String: Tensor], metadata: [String: String]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The file's bytes.
    func serialized() -> [UInt8] {
        let data = dataBytes()
        var complete = metadata
        complete[Self.checksumKey] = checksum(of: data)
        let header = headerBytes(complete)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + data.count)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: UInt64(header.count) >> UInt64(shift)))
        }
        return bytes + header + data
    }

    /// Reads a file.
    init(serialized bytes: [UInt8]) throws(ModelFileError) {
        guard bytes.count >= 8 else { throw ModelFileError("\(bytes.count) bytes are no header length") }
        let claimed = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
        guard claimed <= UInt64(min(Self.headerByteMaximum, bytes.count - 8)) else {
            throw ModelFileError("a header of \(claimed) bytes does not fit into \(bytes.count)")
        }
        let header = Array(bytes[8..<8 + Int(claimed)])
        let data = bytes[(8 + Int(claimed))...]
        let entries: [String: HeaderEntry]
        do {
            entries = try JSONDecoder().decode([String: HeaderEntry].self, from: Data(header))
        } catch {
            throw ModelFileError("the header is not the JSON of a safetensors file")
        }
        tensors = [:]
        metadata = [:]
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            switch entry {
            case .metadata(let texts):
                guard name == "__metadata__" else { throw ModelFileError("\(name) is no array") }
                metadata = texts
            case .tensor(let tensor): tensors[name] = try Self.read(tensor, name: name, from: data)
            }
        }
        let stated = metadata.removeValue(forKey: Self.checksumKey)
        guard stated == checksum(of: Array(data)) else {
            throw ModelFileError("its checksum does not agree with its content: damaged or cut off")
        }
        guard serialized() == bytes else { throw ModelFileError("written in another way than ours") }
    }

    private static func read(
        _ entry: TensorEntry,
        name: String,
        from data: ArraySlice<UInt8>
    ) throws(ModelFileError) -> Tensor {
        guard let precision = Precision(rawValue: entry.dtype) else {
            throw ModelFileError("array \(name) is neither of single nor of half precision")
        }
        var count = 1
        for extent in entry.shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflows, product <= data.count else {
                throw ModelFileError("array \(name) has an impossible shape")
            }
            count = product
        }
        guard entry.offsets.count == 2, let start = entry.offsets.first, let end = entry.offsets.last,
            start >= 0, start <= end, end <= data.count, end - start == precision.byteCount * count
        else { throw ModelFileError("array \(name) does not lie within the file's \(data.count) bytes") }
        let values = (0..<count).map { index -> Float in
            let at = data.startIndex + start + precision.byteCount * index
            let bits = (0..<precision.byteCount).reduce(UInt32(0)) {
                $0 | UInt32(data[at + $1]) << (8 * UInt32($1))
            }
            return precision == .single
                ? Float(bitPattern: bits) : Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
        }
        guard values.allSatisfy(\.isFinite) else {
            throw ModelFileError("array \(name) holds a value that is no number")
        }
        return Tensor(shape: entry.shape, values: values, precision: precision)
    }

    private func checksum(of data: [UInt8]) -> String {
        hexadecimal(Learning.sha256(headerBytes(metadata) + data))
    }

    /// The header: texts first, then the arrays by name; padded with spaces to whole 8 bytes.
    private func headerBytes(_ texts: [String: String]) -> [UInt8] {
        var fields = texts.sorted { $0.key < $1.key }.map {
            Self.quoted($0.key) + ":" + Self.quoted($0.value)
        }
        var header = "{\"__metadata__\":{" + fields.joined(separator: ",") + "}"
        var offset = 0
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let end = offset + tensor.precision.byteCount * tensor.values.count
            fields = [
                "\"dtype\":\"\(tensor.precision.rawValue)\"",
                "\"shape\":[\(tensor.shape.map(String.init).joined(separator: ","))]",
            ]
            fields.append("\"data_offsets\":[\(offset),\(end)]")
            header += "," + Self.quoted(name) + ":{" + fields.joined(separator: ",") + "}"
            offset = end
        }
        var bytes = Array((header + "}").utf8)
        while bytes.count % 8 != 0 { bytes.append(0x20) }
        return bytes
    }

    private func dataBytes() -> [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(tensors.values.reduce(0) { $0 + 4 * $1.values.count })
        for (_, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            for value in tensor.values {
                let isHalf = tensor.precision == .half
                let bits = isHalf ? UInt32(Float16(value).bitPattern) : value.bitPattern
                data.append(UInt8(truncatingIfNeeded: bits))
                data.append(UInt8(truncatingIfNeeded: bits >> 8))
                guard !isHalf else { continue }
                data.append(UInt8(truncatingIfNeeded: bits >> 16))
                data.append(UInt8(truncatingIfNeeded: bits >> 24))
            }
        }
        return data
    }

    /// A JSON text; our texts are ASCII, others pass as they are.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// One entry of the header.
private enum HeaderEntry: Decodable {
    case metadata([String: String])
    case tensor(TensorEntry)

    init(from decoder: any Decoder) throws {
        if let tensor = try? TensorEntry(from: decoder) {
            self = .tensor(tensor)
        } else {
            self = .metadata(try [String: String](from: decoder))
        }
    }
}

private struct TensorEntry: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    private enum CodingKeys: String, CodingKey {
        case dtype
        case shape
        case offsets = "data_offsets"
    }
}

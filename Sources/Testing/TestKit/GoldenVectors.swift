private import Foundation

/// A value of a golden vector, as JSON has it.
package indirect enum GoldenValue: Equatable, Sendable, Decodable {
    case null
    case bool(Bool)
    case integer(Int128)
    case real(Double)
    case text(String)
    case list([GoldenValue])
    case object([String: GoldenValue])

    /// Reads any JSON value.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(Int128(value))
        } else if let value = try? container.decode(UInt64.self) {
            self = .integer(Int128(value))
        } else if let value = try? container.decode(Double.self) {
            self = .real(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([GoldenValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: GoldenValue].self))
        }
    }

    /// The value of a name in an object; nil in anything else.
    package subscript(name: String) -> GoldenValue? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    /// The text, where it is one.
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The number, where it is a whole one.
    package var integer: Int128? { if case .integer(let number) = self { number } else { nil } }
    /// The elements, where it is a list.
    package var list: [GoldenValue]? { if case .list(let list) = self { list } else { nil } }
}

/// One case of `Protocols/Vectors`: bytes and what they are, or what they must be refused with.
package struct GoldenVector: Sendable, CustomStringConvertible {
    /// `ingest.StoreObject`; empty for what is wrong before a body is looked into.
    package let message: String
    /// What the case shows.
    package let name: String
    /// `request`, `reply`, `fields` (of an event), `refusal` or `frame`.
    package let part: String
    /// A whole frame, or a body that is met without one.
    package let bytes: [UInt8]
    /// Whether `bytes` begin with a header.
    package let isFrame: Bool
    /// The largest frame that the receiver of this case takes, where it is not the usual one.
    package let limit: Int?
    /// What the fields are; nil in an invalid case.
    package let fields: GoldenValue?
    /// What the options are; nil in an invalid case.
    package let options: GoldenValue?
    /// What the bytes must be refused with; nil in a valid case.
    package let error: GoldenValue?

    /// For the names of parameterized tests.
    package var description: String { "\(message) \(part): \(name)" }
}

/// The golden frames of `Protocols/Vectors`, which a Python program wrote.
package enum GoldenVectors {
    /// All cases of all files, in the order of their names; empty when the folder is not there.
    package static let all: [GoldenVector] = {
        let folder = (SharedData.packageRoot ?? ".") + "/Protocols/Vectors"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().flatMap { cases(of: folder + "/" + $0) }
    }()

    /// `Protocols/Registry.json`; null when it cannot be read.
    package static let registry = read((SharedData.packageRoot ?? ".") + "/Protocols/Registry.json")

    /// The bytes of a text of hexadecimal digits.
    package static func bytes(hexadecimal text: String) -> [UInt8] {
        let digits = Array(text.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
    }

    private static func cases(of path: String) -> [GoldenVector] {
        let content = read(path)
        return (content["cases"]?.list ?? []).map { row in
            let frame = row["frame"]?.text
            return GoldenVector(
                message: content["message"]?.text ?? "",
                name: row["name"]?.text ?? "",
                part: row["part"]?.text ?? "",
                bytes: bytes(hexadecimal: frame ?? row["body"]?.text ?? ""),
                isFrame: frame != nil,
                limit: row["limit"]?.integer.map { Int($0) },
                fields: row["fields"],
                options: row["options"],
                error: row["error"]
            )
        }
    }

    private static func read(_ path: String) -> GoldenValue {
        guard let bytes = try? fileBytes(path) else { return .null }
        return (try? JSONDecoder().decode(GoldenValue.self, from: Data(bytes))) ?? .null
    }
}

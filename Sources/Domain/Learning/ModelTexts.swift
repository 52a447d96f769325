private import FoundationEssentials

/// The texts of a model's file, read with complaints that name the key, and written in one way only.
package struct ModelTexts {
    private let texts: [String: String]

    /// Texts by key.
    package init(_ texts: [String: String]) { self.texts = texts }

    /// The text of a key.
    func text(_ key: String) throws(ModelFileError) -> String {
        guard let text = texts[key] else { throw ModelFileError("its header has no \(key)") }
        return text
    }

    /// The value that a key's text holds as JSON.
    ///
    /// - Throws: `ModelFileError` where there is none or it cannot be read.
    package func json<Value: Decodable>(_ key: String, as type: Value.Type) throws(ModelFileError) -> Value {
        let bytes = Data(try text(key).utf8)
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch {
            throw ModelFileError("its header's \(key) cannot be read")
        }
    }

    /// A value as JSON, so that equal models have equal bytes.
    package static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Our values hold finite numbers and texts: they can be encoded. "null" would be refused when read.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}

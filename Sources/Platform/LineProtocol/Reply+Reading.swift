/// Reading replies, on the client's side.
extension Reply {
    /// Status or bulk string as text, a number as its digits; nil for anything else.
    package var text: String? {
        switch self {
        case .status(let text): text
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .integer(let value): "\(value)"
        case .failure, .none, .list: nil
        }
    }

    /// A number, or text that is one.
    package var number: Int64? {
        if case .integer(let value) = self { return value }
        return self.text.flatMap { Int64($0) }
    }

    /// The elements of a list.
    package var elements: [Reply] {
        if case .list(let replies) = self { return replies }
        return []
    }

    /// The value behind a name in a list of name, value, name, value.
    package subscript(name: String) -> Reply? {
        let elements = self.elements
        for index in stride(from: 0, to: elements.count - 1, by: 2) where elements[index].text == name {
            return elements[index + 1]
        }
        return nil
    }
}

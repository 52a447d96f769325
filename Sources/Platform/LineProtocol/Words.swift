package import NIOCore

/// The words of one command, read from left to right.
package struct Words: Sendable {
    private var rest: ArraySlice<ByteBuffer>

    package init(_ words: [ByteBuffer]) { self.rest = words[...] }

    /// Words of text, as tests and help write them.
    package init(_ words: [String]) { self.init(words.map { ByteBuffer(string: $0) }) }

    package var isEmpty: Bool { self.rest.isEmpty }
    package var count: Int { self.rest.count }

    /// The next word's bytes.
    package mutating func bytes(_ name: String) throws(CommandFailure) -> [UInt8] {
        guard let word = self.rest.popFirst() else { throw .init(.badArgument, "\(name) is missing") }
        return Array(word.readableBytesView)
    }

    /// The next word as text.
    package mutating func text(_ name: String) throws(CommandFailure) -> String {
        guard let word = self.rest.popFirst() else { throw .init(.badArgument, "\(name) is missing") }
        guard word.readableBytes <= 4096, let text = String(validating: word.readableBytesView, as: UTF8.self)
        else { throw .init(.badArgument, "\(name) is not text") }
        return text
    }

    /// The next word in capitals: a command or an option.
    package mutating func keyword(_ name: String) throws(CommandFailure) -> String {
        try self.text(name).uppercased()
    }

    /// The next word as a whole number within `range`.
    package mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int {
        let text = try self.text(name)
        guard let value = Int(text), range.contains(value) else {
            throw .init(
                .badArgument,
                "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// Nothing may be left.
    package func end() throws(CommandFailure) {
        guard self.rest.isEmpty else { throw .init(.badArgument, "\(self.rest.count) words too many") }
    }
}

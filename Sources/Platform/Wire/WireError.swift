/// Why bytes are not a frame, or not the message they say they are, and where.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong: an open set. The names stand in `Protocols/Registry.json`.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The name in the registry and in the golden vectors.
        package let rawValue: String

        /// Takes any name.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The bytes end inside a field.
        package static let truncated = Code(rawValue: "truncated")
        /// The first four bytes are not `CRN1`.
        package static let badMagic = Code(rawValue: "badMagic")
        /// A flag is set that has no meaning, or a refusal is not a reply.
        package static let badFlags = Code(rawValue: "badFlags")
        /// The body's length is not what was delivered.
        package static let badLength = Code(rawValue: "badLength")
        /// The frame is larger than the receiver allows.
        package static let frameTooLarge = Code(rawValue: "frameTooLarge")
        /// The bytes were changed on the way.
        package static let badChecksum = Code(rawValue: "badChecksum")
        /// A count or length is more than the bytes that remain, or than the protocol allows.
        package static let limitExceeded = Code(rawValue: "limitExceeded")
        /// A text is not UTF-8.
        package static let badText = Code(rawValue: "badText")
        /// A number that stands for one of a few choices stands for none of them.
        package static let badValue = Code(rawValue: "badValue")
        /// A number is infinite or not a number.
        package static let notFinite = Code(rawValue: "notFinite")
        /// Tags do not ascend.
        package static let tagOrder = Code(rawValue: "tagOrder")
        /// An even tag which we do not know.
        package static let unknownTag = Code(rawValue: "unknownTag")
        /// A tag's value has not the length that the tag prescribes.
        package static let badTagLength = Code(rawValue: "badTagLength")

        /// Every code we know.
        package static let all: [Code] = [
            .truncated, .badMagic, .badFlags, .badLength, .frameTooLarge, .badChecksum, .limitExceeded,
            .badText,
            .badValue, .notFinite, .tagOrder, .unknownTag, .badTagLength,
        ]
    }

    /// What is wrong.
    package let code: Code
    /// Where it is wrong: bytes from the start of the frame. A body met outside a frame counts from 32.
    package let offset: Int
    /// The field that was being read, as the registry names it.
    package let field: String

    /// Makes an error.
    package init(_ code: Code, at offset: Int, reading field: String) {
        self.code = code
        self.offset = offset
        self.field = field
    }

    /// `truncated at byte 40 reading sliceID`.
    package var description: String { "\(code.rawValue) at byte \(offset) reading \(field)" }
}

/// Why a message was not delivered or no answer came.
///
/// The text names the operation and nng's own words; it never holds a message's content.
package struct MessagingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a caller can decide on. The set is ours, so it is closed.
    package enum Kind: String, Equatable, Sendable {
        /// The time given by the caller passed. The peer may or may not have acted on the message.
        case timeout
        /// This end was closed.
        case closed
        /// The message is larger than the limit of this end; nothing was sent.
        case tooLarge
        /// The task was cancelled.
        case cancelled
        /// The address, the certificate or the operation was refused before anything was sent.
        case refused
        /// Anything else; the text says what.
        case other
    }

    package let kind: Kind
    package let text: String

    /// Makes an error of a kind with an explanation for a log.
    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var description: String { "\(kind.rawValue): \(text)" }
}

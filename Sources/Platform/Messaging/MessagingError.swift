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
        /// Anything else, above all a connection which broke while the reply was awaited: the peer may or may
        /// not have acted. Asking again with the same request id is right, as after a timeout.
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

extension MessagingError {
    static let closedHere = MessagingError(.closed, "this end was closed")
    static let cancelledWaiting = MessagingError(.cancelled, "the task was cancelled")
    static let connectionLost = MessagingError(.other, "the connection was lost before the reply came")

    static func expired(after timeout: Duration) -> MessagingError {
        MessagingError(.timeout, "nothing came within \(timeout)")
    }

    static func tooLarge(_ byteCount: Int, limit: Int) -> MessagingError {
        MessagingError(.tooLarge, "a message of \(byteCount) bytes exceeds the limit of \(limit)")
    }
}

/// Why the state of a service could not be opened, read or written.
///
/// The text names tables, columns and system calls, never a value which was stored.
package struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a caller can decide on. The set is ours, so it is closed.
    package enum Kind: String, Equatable, Sendable {
        /// Another process works with the folder.
        case locked
        /// A newer release of the program wrote the data.
        case newerData
        /// A column is missing or holds another type than the program expects.
        case wrongType
        /// Stored bytes do not match their digest.
        case corrupt
        /// SQLite refused; the text is its own.
        case database
        /// A system call failed; the text names it and its error.
        case file
    }

    /// What a caller can decide on.
    package let kind: Kind
    /// What happened, for a log.
    package let text: String

    /// Makes an error of a kind with an explanation for a log.
    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// Kind and text.
    package var description: String { "\(kind.rawValue): \(text)" }
}

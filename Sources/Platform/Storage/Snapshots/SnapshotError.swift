/// Why a file is no snapshot that can be used, and where.
package struct SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a person reads first; `Protocols/Snapshots.md` says when it is which.
    package enum Kind: String, Sendable {
        /// The file cannot be opened, measured or mapped.
        case file
        /// The first four bytes are not `CRNS`.
        case badMagic
        /// Only a newer release can read it.
        case newerVersion
        /// The file is shorter than it says.
        case truncated
        /// The file is longer than it says.
        case badLength
        /// Header or table contradict themselves or each other.
        case badTable
        /// Between two sections stands something else than zeros.
        case badPadding
        /// Bytes were changed since they were written.
        case badChecksum
        /// A section that must be there is not.
        case missingSection
        /// A section is whole, and what it holds makes no sense.
        case badContents
        /// It is a good snapshot, but of another log, shard or number of shards.
        case foreign
    }

    /// What is wrong.
    package let kind: Kind
    /// Where: bytes from the start of the file.
    package let offset: UInt64
    /// What stands there, for people.
    package let text: String

    /// Makes an error of its parts.
    package init(_ kind: Kind, at offset: UInt64, _ text: String) {
        self.kind = kind
        self.offset = offset
        self.text = text
    }

    /// `badChecksum at byte 8192: block 1 of 3 of section 4/0`.
    package var description: String { "\(self.kind.rawValue) at byte \(self.offset): \(self.text)" }
}

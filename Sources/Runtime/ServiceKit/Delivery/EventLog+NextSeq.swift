package import Storage

extension EventLog {
    /// The number that the next appended event of this transaction will have: for a body that tells its own number.
    package func nextSeq(in transaction: Transaction) throws -> UInt64 {
        guard let row = try transaction.row("SELECT head_seq FROM log") else {
            throw StorageError(.corrupt, "the log has no head")
        }
        return try row.integer("head_seq", as: UInt64.self) + 1
    }
}

/// One row of a result, copied out of SQLite: it may leave its transaction.
///
/// Every reader throws `StorageError` of kind `wrongType` when the column is missing or holds something else;
/// the `optional` ones return nil for NULL.
package struct Row: Sendable, Equatable {
    /// Names of the columns in the order of `values`; the first of equal names wins.
    let columns: [String]
    let values: [SQLValue]

    /// The cell under a name.
    package func value(_ column: String) throws(StorageError) -> SQLValue {
        guard let index = columns.firstIndex(of: column) else {
            throw StorageError(.wrongType, "the result has no column \(column)")
        }
        return values[index]
    }

    /// An integer.
    package func int(_ column: String) throws(StorageError) -> Int64 {
        guard case .integer(let value) = try value(column) else { throw Self.mismatch(column, "an integer") }
        return value
    }

    /// An integer of a narrower or unsigned type; throws when it does not fit.
    package func integer<T: FixedWidthInteger>(
        _ column: String,
        as type: T.Type = T.self
    ) throws(StorageError) -> T {
        guard let value = T(exactly: try int(column)) else { throw Self.mismatch(column, "a \(T.self)") }
        return value
    }

    /// A truth value: 0 is false, 1 is true.
    package func bool(_ column: String) throws(StorageError) -> Bool {
        switch try value(column) {
        case .integer(0): return false
        case .integer(1): return true
        case .integer, .real, .text, .blob, .null: throw Self.mismatch(column, "0 or 1")
        }
    }

    /// A floating-point number; an integer is widened, as SQLite stores whole reals in loose tables.
    package func real(_ column: String) throws(StorageError) -> Double {
        switch try value(column) {
        case .real(let value): return value
        case .integer(let value): return Double(value)
        case .text, .blob, .null: throw Self.mismatch(column, "a real")
        }
    }

    /// A text.
    package func text(_ column: String) throws(StorageError) -> String {
        guard case .text(let value) = try value(column) else { throw Self.mismatch(column, "a text") }
        return value
    }

    /// Bytes.
    package func blob(_ column: String) throws(StorageError) -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw Self.mismatch(column, "a blob") }
        return value
    }

    /// An integer, or nil for NULL.
    package func optionalInt(_ column: String) throws(StorageError) -> Int64? {
        try value(column) == .null ? nil : try int(column)
    }

    /// A floating-point number, or nil for NULL.
    package func optionalReal(_ column: String) throws(StorageError) -> Double? {
        try value(column) == .null ? nil : try real(column)
    }

    /// A text, or nil for NULL.
    package func optionalText(_ column: String) throws(StorageError) -> String? {
        try value(column) == .null ? nil : try text(column)
    }

    /// Bytes, or nil for NULL.
    package func optionalBlob(_ column: String) throws(StorageError) -> [UInt8]? {
        try value(column) == .null ? nil : try blob(column)
    }

    private static func mismatch(_ column: String, _ expected: String) -> StorageError {
        StorageError(.wrongType, "column \(column) does not hold \(expected)")
    }
}

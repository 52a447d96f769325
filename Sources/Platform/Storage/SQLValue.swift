/// What one cell of a table holds: SQLite's five storage classes.
package enum SQLValue: Hashable, Sendable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case null
}

/// What can be bound to a `?` of a statement.
package protocol SQLValueConvertible {
    /// The value as SQLite stores it.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { self }
}

extension Int: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(self) }
}

extension Int32: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension UInt8: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension UInt16: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension UInt32: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension UInt64: SQLValueConvertible {
    /// Clamped to SQLite's largest integer: a peer may ask for all events after `UInt64.max`.
    package var sqlValue: SQLValue { .integer(Int64(clamping: self)) }
}

extension Double: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .real(self) }
}

extension Float: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .real(Double(self)) }
}

extension Bool: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension String: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { .blob(self) }
}

extension Optional: SQLValueConvertible where Wrapped: SQLValueConvertible {
    /// As SQLite stores it.
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

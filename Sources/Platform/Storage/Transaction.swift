internal import FoundationEssentials
internal import GRDB

/// One transaction of a `StateDatabase`: all of its statements take effect together or not at all.
///
/// It is valid only inside the closure which received it. In `read` it sees one snapshot and SQLite refuses writes.
package struct Transaction {
    let database: Database
    let aftermath = Aftermath()

    init(database: Database) {
        self.database = database
    }

    /// Runs one statement; `?` marks take the arguments in order.
    ///
    /// - Throws: `StorageError` of kind `database` with SQLite's message, without the arguments.
    package func execute(_ sql: String, _ arguments: (any SQLValueConvertible)?...) throws {
        try execute(sql, arguments: arguments.map { $0?.sqlValue ?? .null })
    }

    /// Runs one statement with its arguments in an array.
    package func execute(_ sql: String, arguments: [SQLValue]) throws {
        try storageErrors {
            let statement = try database.cachedStatement(sql: sql)
            try statement.execute(arguments: StatementArguments(arguments.map { $0.databaseValue }))
        }
    }

    /// Runs a query and copies its rows out.
    package func rows(_ sql: String, _ arguments: (any SQLValueConvertible)?...) throws -> [Row] {
        try rows(sql, arguments: arguments.map { $0?.sqlValue ?? .null })
    }

    /// Runs a query with its arguments in an array.
    package func rows(_ sql: String, arguments: [SQLValue]) throws -> [Row] {
        try storageErrors {
            let statement = try database.cachedStatement(sql: sql)
            let columns = statement.columnNames
            let cursor = try GRDB.Row.fetchCursor(
                statement,
                arguments: StatementArguments(arguments.map { $0.databaseValue })
            )
            var rows: [Row] = []
            while let row = try cursor.next() {
                rows.append(Row(columns: columns, values: row.databaseValues.map { SQLValue($0) }))
            }
            return rows
        }
    }

    /// The first row of a query, or nil.
    package func row(_ sql: String, _ arguments: (any SQLValueConvertible)?...) throws -> Row? {
        try rows(sql, arguments: arguments.map { $0?.sqlValue ?? .null }).first
    }

    /// How many rows the last INSERT, UPDATE or DELETE touched.
    package var changeCount: Int { database.changesCount }

    /// The row id of the last INSERT.
    package var lastInsertedRowID: Int64 { database.lastInsertedRowID }

    /// Runs an action once this transaction is on the disk; a transaction which fails never runs it.
    ///
    /// The action runs on the database's queue and must return at once: it only rings a bell.
    package func afterCommit(_ action: @escaping @Sendable () -> Void) {
        aftermath.add(action)
    }

    /// Lets no later write share this one's commit: each sees what `afterCommit` has done here.
    ///
    /// For actions that change something beside the database on the strength of what this transaction saw.
    package func endGroup() {
        aftermath.endGroup()
    }
}

/// Turns GRDB's errors into ours, which hold no bound value; other errors pass.
func storageErrors<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as DatabaseError {
        let message = error.message ?? "SQLite error"
        throw StorageError(.database, "\(message) (code \(error.extendedResultCode.rawValue))")
    }
}

extension SQLValue {
    var databaseValue: DatabaseValue {
        switch self {
        case .integer(let value): value.databaseValue
        case .real(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .blob(let value): Data(value).databaseValue
        case .null: .null
        }
    }

    init(_ value: DatabaseValue) {
        switch value.storage {
        case .int64(let value): self = .integer(value)
        case .double(let value): self = .real(value)
        case .string(let value): self = .text(value)
        case .blob(let value): self = .blob([UInt8](value))
        case .null: self = .null
        }
    }
}

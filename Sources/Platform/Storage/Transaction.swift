internal import FoundationEssentials
internal import GRDB
internal import Synchronization

/// One transaction of a `StateDatabase`: all of its statements take effect together or not at all.
///
/// It is valid only inside the closure which received it. In `read` it sees one snapshot and SQLite refuses writes.
package struct Transaction {
    let database: Database
    private let commitActions = CommitActions()

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
            try statement.execute(arguments: StatementArguments(arguments.map(\.databaseValue)))
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
                arguments: StatementArguments(arguments.map(\.databaseValue))
            )
            var rows: [Row] = []
            while let row = try cursor.next() {
                rows.append(Row(columns: columns, values: row.databaseValues.map(SQLValue.init)))
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
        guard commitActions.add(action) else { return }
        database.afterNextTransaction { [commitActions] _ in commitActions.run() }
    }
}

/// What to do after one commit. One observer for all of it: each statement of the transaction asks every observer.
private final class CommitActions: Sendable {
    private let actions = Mutex<[@Sendable () -> Void]>([])

    /// Adds an action and tells whether it is the first.
    func add(_ action: @escaping @Sendable () -> Void) -> Bool {
        actions.withLock {
            $0.append(action)
            return $0.count == 1
        }
    }

    func run() {
        for action in actions.withLock({ $0 }) { action() }
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

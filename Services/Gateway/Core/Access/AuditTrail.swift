package import Storage

/// Who asked for what, when, and what came of it; denials too. Holds ids of slices, never an identifier of a patient.
package struct AuditTrail: Sendable {
    package static let migration = Migration(
        name: "audit",
        sql: """
            CREATE TABLE audit (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                time_ms INTEGER NOT NULL,
                client TEXT NOT NULL,
                command TEXT NOT NULL,
                object TEXT NOT NULL,
                outcome TEXT NOT NULL
            );
            """
    )

    private let database: StateDatabase
    private let now: @Sendable () -> UInt64

    /// - Parameter now: milliseconds since 1970.
    package init(database: StateDatabase, now: @escaping @Sendable () -> UInt64) {
        self.database = database
        self.now = now
    }

    /// Writes one line of the trail; it is on disk when this returns.
    ///
    /// - Parameters:
    ///   - object: what the command was about: `SLICE <id>`, `IMAGE`, …
    ///   - outcome: `ok`, or the code of the failure.
    package func record(client: String, command: String, object: String, outcome: String) async throws {
        let time = Int64(self.now())
        try await self.database.write { transaction in
            try transaction.execute(
                "INSERT INTO audit (time_ms, client, command, object, outcome) VALUES (?, ?, ?, ?, ?)",
                time,
                client,
                command,
                object,
                outcome
            )
        }
    }
}

import LineProtocol
package import Storage
import Wire

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

extension AuditTrail {
    /// What an answered command was about, as far as only its answer tells, and what came of it.
    ///
    /// - Parameter asked: what the command's own words told.
    static func result(of reply: Reply, asked: String) -> (object: String, outcome: String) {
        let made = [reply["slice"]?.text, reply["query"]?.text, reply.text].compactMap { $0 }
        let id = made.first { Identifier(hex: $0) != nil && !asked.contains($0) }
        let object = [asked, id ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        return (object, reply["outcome"]?.text ?? "ok")
    }
}

extension Words {
    /// What a command is about: kinds of things and ids, in their order. Every other word is left out, for people also
    /// type names.
    var auditObject: String {
        let kinds = [
            "SLICE", "IMAGE", "SERIES", "STUDY", "PATIENT", "DATASET", "LABELER", "TRAINER", "INGEST",
        ]
        var rest = self
        var object: [String] = []
        while !rest.isEmpty {
            guard let word = try? rest.text("word") else { continue }
            let isID = Identifier(hex: word) != nil || Fingerprint(hex: word) != nil
            if isID { object.append(word.lowercased()) }
            if kinds.contains(word.uppercased()) { object.append(word.uppercased()) }
        }
        return object.prefix(3).joined(separator: " ")
    }
}

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

    /// What a line says of a command.
    package struct Entry: Sendable, Equatable {
        /// What the command was about: `SLICE <id>`, `IMAGE`, …
        package let object: String
        /// `ok`, or the code of the failure.
        package let outcome: String

        /// Takes both.
        package init(object: String, outcome: String) {
            self.object = object
            self.outcome = outcome
        }
    }

    /// Writes lines of the trail, one for each thing that a command was about; they are on disk when this returns.
    package func record(client: String, command: String, _ entries: [Entry]) async throws {
        let time = Int64(self.now())
        try await self.database.write { transaction in
            for entry in entries {
                try transaction.execute(
                    "INSERT INTO audit (time_ms, client, command, object, outcome) VALUES (?, ?, ?, ?, ?)",
                    time,
                    client,
                    command,
                    entry.object,
                    entry.outcome
                )
            }
        }
    }
}

extension AuditTrail {
    /// What an answered command was about, as far as only its answer tells, and what came of it; of several things that
    /// it stored, each.
    ///
    /// - Parameter asked: what the command's own words told.
    static func results(of reply: Reply, of command: String, asked: String) -> [Entry] {
        let isMany = command == "STORE" && reply["outcome"] == nil
        return (isMany ? reply.elements : [reply]).map { Self.result(of: $0, asked: asked) }
    }

    private static func result(of reply: Reply, asked: String) -> Entry {
        let made = [reply["slice"]?.text, reply["query"]?.text, reply.text].compactMap { $0 }
        let id = made.first { Identifier(hex: $0) != nil && !asked.contains($0) }
        let object = [asked, id ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        return Entry(object: object, outcome: reply["outcome"]?.text ?? "ok")
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

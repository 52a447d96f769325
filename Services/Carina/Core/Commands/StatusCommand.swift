import ArgumentParser
import LineProtocol

/// `carina status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows every service: ready or why not, and what it holds."
    )

    @OptionGroup var gateway: GatewayOptions

    struct Row: Encodable {
        let service: String
        let ready: Bool
        let reason: String
        let version: String
        let events: Int64
        let state: [String: String]
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let rows = try await client.send("STATUS").elements.map { row in
            let state = row["state"]?.elements.compactMap(\.text) ?? []
            let pairs = stride(from: 0, to: state.count - 1, by: 2).map { (state[$0], state[$0 + 1]) }
            return Row(
                service: row["service"]?.text ?? "?",
                ready: row["ready"]?.number == 1,
                reason: row["reason"]?.text ?? "",
                version: row["version"]?.text ?? "",
                events: row["events"]?.number ?? 0,
                state: Dictionary(pairs, uniquingKeysWith: { $1 })
            )
        }
        await client.close()
        if self.gateway.json { return try Printing.json(rows) }
        var table = TextTable(header: ["service", "ready", "events", "state"])
        for row in rows {
            let state = row.state.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.shown($0.value))" }
            table.add([
                row.service, row.ready ? "yes" : "no: \(row.reason)", "\(row.events)",
                state.joined(separator: ", "),
            ])
        }
        Printing.line(table.text)
    }

    /// A value as a table has room for it: an identifier by its first digits, words and shares longer.
    static func shown(_ value: String) -> Substring { value.prefix(value.contains(" ") ? 80 : 24) }
}

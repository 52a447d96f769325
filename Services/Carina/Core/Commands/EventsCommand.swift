import ArgumentParser
import LineProtocol

/// `carina events`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Prints embeddings as they are created and removed, one line each, until stopped.",
        discussion:
            "A program that must miss nothing keeps the last seq with its own work and goes on from there."
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Events after this number.")
    var from: Int64 = 0

    @Flag(help: "Stop at the end of the log instead of waiting for more.")
    var once = false

    func run() async throws {
        let client = try await self.gateway.connect()
        var seq = self.from
        while true {
            let page = try await client.send(
                "EVENTS",
                "READ",
                "FROM",
                "\(seq)",
                "COUNT",
                "500",
                "BLOCK",
                self.once ? "0" : "10000"
            )
            let events = page["events"]?.elements ?? []
            for event in events {
                Printing.line(event.elements.compactMap(\.text).joined(separator: " "))
                seq = event["seq"]?.number ?? seq
            }
            if self.once && events.isEmpty { break }
        }
        await client.close()
    }
}

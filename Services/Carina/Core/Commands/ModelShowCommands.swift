import ArgumentParser
import Foundation
import LineProtocol
import WSSENet
import Wire

/// `carina model list`
struct ModelListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the models, the newest first, with the losses of the detail that was kept."
    )

    @OptionGroup var gateway: GatewayOptions

    func run() async throws {
        let client = try await self.gateway.connect()
        let rows = try await ModelRow.all(client)
        await client.close()
        if self.gateway.json { return try Printing.json(rows) }
        var table = TextTable(header: ["model", "state", "since", "epochs", "loss", "test loss", "data set"])
        for row in rows {
            table.add([
                String(row.model.prefix(16)), row.state, row.timeText,
                row.dataSet == nil ? "–" : "\(row.epochs)",
                row.trainingLoss.map { SearchSheet.rounded($0) } ?? "–",
                row.testLoss.map { SearchSheet.rounded($0) } ?? "–", row.dataSet ?? "came with the program",
            ])
        }
        Printing.line(rows.isEmpty ? "there is no model yet" : table.text)
    }
}

/// `carina model show`
struct ModelShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Shows how a model came about: its recipe, its data, what each stage came to, epoch by epoch."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The model's fingerprint, or its first digits. Default: the one in use.")
    var model: String?

    @Flag(help: "Print the recipe alone, as JSON: a file for carina train --recipe.")
    var recipe = false

    /// Everything that is known of a model.
    struct Report: Encodable {
        let row: ModelRow
        let card: ModelCard
        let parts: [EmbeddingPart]
        let epochs: [EpochRow]
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let report = try await self.report(client)
        await client.close()
        if self.recipe { return try Printing.json(report.card.recipe) }
        if self.gateway.json { return try Printing.json(report) }
        Printing.line(report.text)
    }

    func report(_ client: LineClient) async throws -> Report {
        let rows = try await ModelRow.all(client)
        let wanted = rows.filter { row in
            self.model.map { row.model.hasPrefix($0) } ?? (row.state == "promoted")
        }
        guard let row = wanted.first else {
            throw CommandLineFailure(self.model.map { "there is no model \($0)" } ?? "no model is in use")
        }
        guard wanted.count == 1 else {
            throw CommandLineFailure(
                "\(wanted.count) models begin with \(self.model ?? ""): more digits, please"
            )
        }
        let model = try ModelFetch.model(try await ModelFetch.file(row.model, client))
        var epochs: [EpochRow] = []
        if let job = row.job { epochs = try await EpochRow.all(of: job, client) }
        return Report(row: row, card: model.card, parts: model.parts, epochs: epochs)
    }
}

extension ModelRow {
    /// When its training ended, UTC.
    var timeText: String {
        Date(timeIntervalSince1970: Double(self.timeMilliseconds) / 1_000).ISO8601Format()
    }
}

extension ModelShowCommand.Report {
    /// The model for people.
    var text: String {
        let parts = self.parts.map { "\($0.name) \($0.count) × \($0.weight)" }.joined(separator: ", ")
        var stages = TextTable(header: ["stage", "kept step", "loss", "test loss"])
        for stage in self.card.stages {
            stages.add([
                stage.stage.rawValue, "\(stage.step)", SearchSheet.rounded(Double(stage.trainingLoss)),
                stage.testLoss.map { SearchSheet.rounded(Double($0)) } ?? "–",
            ])
        }
        let epochs = self.epochs.isEmpty ? "" : "\n\n" + self.epochs.map(\.text).joined(separator: "\n")
        let hash = self.card.dataSetHash
        return """
            model \(self.row.model), \(self.row.state), \(self.row.timeText)
            parts \(parts)
            learned from \(self.card.sliceCount) slices, \
            \(self.row.dataSet.map { "data set \($0)" } ?? "came with the program"), hash \(hash.isEmpty ? "none" : hash)
            recipe \(self.card.recipe.json)

            \(stages.text)\(epochs)
            """
    }
}

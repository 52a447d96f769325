import ArgumentParser
import Foundation
import LineProtocol

/// `carina train`
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Labels the stored slices, trains a model on the labels, and puts it to work.",
        discussion: "Returns when every stored slice is embedded with the new model and searches use it."
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(
        help: ArgumentHelp(
            "A JSON file of what shall be otherwise than in the trainer's own recipe, as {\"detailSteps\": 500}.",
            valueName: "file"
        )
    )
    var recipe: String?

    @Option(
        help:
            "Seed of all randomness: the same seed on the same slices gives the same model. Default: the recipe's, else 1."
    )
    var seed: Int?

    @Flag(help: "Print a line for each epoch.")
    var watch = false

    @Flag(help: "Keep the model as a candidate; searches go on with the present one.")
    var keep = false

    struct Report: Encodable {
        let dataSet: String
        let model: String
    }

    func validate() throws {
        if let seed, seed < 0 { throw ValidationError("--seed is not negative") }
    }

    func run() async throws {
        var recipe: String?
        if let file = self.recipe {
            guard let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8) else {
                throw CommandLineFailure("\(file) cannot be read")
            }
            recipe = text
        }
        let client = try await self.gateway.connect()
        let flow = TrainingFlow(
            client: client,
            progress: ProgressBar(isSilent: self.gateway.json),
            showsEpochs: self.watch && !self.gateway.json
        )
        let report = try await flow.run(recipe: recipe, seed: self.seed, keep: self.keep)
        await client.close()
        if self.gateway.json { return try Printing.json(report) }
        Printing.line("data set \(report.dataSet)\nmodel    \(report.model)")
    }
}

/// Label, train, wait until the model serves.
struct TrainingFlow {
    let client: LineClient
    let progress: ProgressBar
    /// Whether each epoch has a line.
    var showsEpochs = false

    /// - Parameters:
    ///   - recipe: JSON of what shall be otherwise than in the trainer's own.
    ///   - seed: nil: the recipe's, else 1.
    func run(recipe: String? = nil, seed: Int?, keep: Bool) async throws -> TrainCommand.Report {
        let watch = JobWatch(client: self.client, progress: self.progress)
        let labeling = try await self.client.send("LABEL", "SEED", "\(seed ?? 1)").text ?? ""
        let dataSet = try await watch.wait(for: labeling, of: "labeler", title: "labeling") { id in
            JobSummary.dataSet(id, in: try await self.client.send("DATASETS"))
        }
        var words = ["TRAIN", "DATASET", dataSet]
        if let seed { words += ["SEED", "\(seed)"] }
        if let recipe { words += ["RECIPE", recipe] }
        if keep { words.append("KEEP") }
        let training = try await self.client.send(words.map { Array($0.utf8) }).text ?? ""
        var shown = 0
        let model = try await watch.wait(
            for: training,
            of: "trainer",
            title: "training",
            meanwhile: {
                guard self.showsEpochs else { return }
                let epochs = try await EpochRow.all(of: training, self.client)
                for epoch in epochs.dropFirst(shown) { Printing.line(epoch.text) }
                shown = epochs.count
            },
            summary: { _ in JobSummary.training(try await EpochRow.all(of: training, self.client)) }
        )
        if !keep { try await self.waitUntilServing(model) }
        return TrainCommand.Report(dataSet: dataSet, model: model)
    }

    /// Waits until every index node answers, and together they have so many slices.
    ///
    /// - Returns: the model that serves.
    func waitUntilSearchable(_ count: Int) async throws -> String {
        while true {
            let nodes = try await self.client.send("NODES").elements
            let found = nodes.compactMap { $0["vectors"]?.number }.reduce(0, +)
            let models = Set(nodes.compactMap { $0["generation"]?.text })
            let isReady = !nodes.isEmpty && nodes.allSatisfy { $0["ready"]?.number == 1 }
            if isReady, found >= count, models.count == 1, let model = models.first {
                self.progress.finish("embedding", "\(found) slices are searchable")
                return model
            }
            self.progress.show(
                "embedding",
                share: Double(found) / Double(max(1, count)),
                "\(found) of \(count) slices"
            )
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Waits until every index node answers with this model.
    private func waitUntilServing(_ model: String) async throws {
        while true {
            let nodes = try await self.client.send("NODES").elements
            if nodes.allSatisfy({ $0["generation"]?.text == model && $0["ready"]?.number == 1 }) {
                let count = nodes.compactMap { $0["vectors"]?.number }.reduce(0, +)
                self.progress.finish("embedding", "\(count) slices are searchable with the new model")
                return
            }
            let (made, total) = try await self.embedded(model)
            self.progress.show(
                "embedding",
                share: Double(made) / Double(max(1, total)),
                "\(made) of \(total) slices"
            )
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// How many slices the embedder has done for a model, of how many.
    private func embedded(_ model: String) async throws -> (Int, Int) {
        let status = try await self.client.send("STATUS").elements
        let state = status.first { $0["service"]?.text == "embedder" }?["state"]
        let words = state?["generation \(model.prefix(12))"]?.text?.split(separator: " ") ?? []
        guard words.count == 3, let made = Int(words[0]), let total = Int(words[2]) else { return (0, 1) }
        return (made, total)
    }
}

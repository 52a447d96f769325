import ArgumentParser
import LineProtocol

/// `carina train`
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Labels the stored slices, trains a model on the labels, and puts it to work.",
        discussion: "Returns when every stored slice is embedded with the new model and searches use it."
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Passes over the training set; default: the trainer's.")
    var epochs: Int?

    @Option(help: "Seed of all randomness: the same seed on the same slices gives the same model.")
    var seed = 1

    @Flag(help: "Keep the model as a candidate; searches go on with the present one.")
    var keep = false

    struct Report: Encodable {
        let dataSet: String
        let model: String
    }

    func run() async throws {
        let client = try await self.gateway.connect()
        let flow = TrainingFlow(client: client, progress: ProgressBar(isSilent: self.gateway.json))
        let report = try await flow.run(epochs: self.epochs, seed: self.seed, keep: self.keep)
        await client.close()
        if self.gateway.json { return try Printing.json(report) }
        Printing.line("data set \(report.dataSet)\nmodel    \(report.model)")
    }
}

/// Label, train, wait until the model serves.
struct TrainingFlow {
    let client: LineClient
    let progress: ProgressBar

    func run(epochs: Int?, seed: Int, keep: Bool) async throws -> TrainCommand.Report {
        let watch = JobWatch(client: self.client, progress: self.progress)
        let labeling = try await self.client.send("LABEL", "SEED", "\(seed)").text ?? ""
        let dataSet = try await watch.wait(for: labeling, of: "labeler", title: "labeling") { id in
            JobSummary.dataSet(id, in: try await self.client.send("DATASETS"))
        }
        var words = ["TRAIN", "SEED", "\(seed)", "DATASET", dataSet]
        if let epochs { words += ["EPOCHS", "\(epochs)"] }
        if keep { words.append("KEEP") }
        let training = try await self.client.send(words.map { Array($0.utf8) }).text ?? ""
        let model = try await watch.wait(for: training, of: "trainer", title: "training") { _ in
            JobSummary.training(try await self.client.send("RUN", training))
        }
        if !keep { try await self.waitUntilServing(model) }
        return TrainCommand.Report(dataSet: dataSet, model: model)
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

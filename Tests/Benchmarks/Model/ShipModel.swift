import ArgumentParser
import Foundation
import Labeling
import WSSENet

/// `carina-benchmarks ship-model`, `make model`: trains the model that comes with the trainer, on phantoms alone.
///
/// The same recipe gives the same file on the same kind of processor with the same number of threads.
struct ShipModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ship-model",
        abstract: "Train the model that comes with the trainer, on made-up patients (some minutes)."
    )

    @Option(help: "Made-up patients.")
    var patients = 40

    @Option(help: "Slices of each.")
    var slices = 20

    @Option(help: "What the labels are made of: transformer or unwarped.")
    var source = "transformer"

    @Option(help: "JSON file of what shall be otherwise than in the default recipe.")
    var recipe: String?

    @Option(help: "Seed of everything.")
    var seed: UInt64 = 1

    @Option(help: "Threads.")
    var threads = 2

    @Option(help: "The file.")
    var output = "Sources/System/CShippedModel/model.safetensors"

    /// Labels, trains, writes.
    func run() throws {
        guard let source = LabelSource(rawValue: self.source), source.comparesPictures else {
            throw ValidationError("--source is transformer or unwarped")
        }
        let start = ContinuousClock.now
        let changes = try self.recipe.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? "{}"
        let recipe = try WSSENetRecipe(WSSENetRecipe(seed: self.seed), changedBy: changes)
        let set = try PhantomDataSet(
            patients: self.patients,
            slices: self.slices,
            source: source,
            seed: self.seed,
            threads: self.threads
        )
        print(
            "labeled \(set.training.count) slices to learn from and \(set.test.count) to test with in",
            "\(Self.seconds(since: start)) s"
        )
        let trainingStart = ContinuousClock.now
        var training = try WSSENetTraining(
            set.training,
            test: set.test,
            recipe: recipe,
            dataSetHash: set.hash,
            threadCount: self.threads
        )
        while training.stage != nil {
            guard let report = try training.step() else { continue }
            print(
                "\(report.stage.rawValue) \(report.epoch) of \(report.epochs): loss \(report.trainingLoss),",
                "test \(report.testLoss.map { "\($0)" } ?? "none")\(report.isBest ? ", best" : "")"
            )
        }
        let model = try training.model().inHalves()
        try Data(model.serialized()).write(to: URL(filePath: self.output), options: .atomic)
        let name = model.fingerprint.map { String(format: "%02x", $0) }.joined()
        print("trained in \(Self.seconds(since: trainingStart)) s")
        print("\(self.output): \(model.serialized().count) bytes, model \(name)")
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Int {
        Int((start.duration(to: .now) / .seconds(1)).rounded())
    }
}

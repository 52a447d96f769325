import ArgumentParser
import Evaluation
import Experiments
import Foundation
import Labeling
import RealSlices
import WSSENet

/// `carina-benchmarks networks`: what a recipe is worth, by the protocol of the design's section D.
///
/// Four patients of `shared/data/ct` are left out one after the other; transformer, labels, network and principal
/// components learn from all others, the single slices, 400 pictures and phantoms.
struct NetworkTable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks",
        abstract:
            "Train WSSENet without one patient and judge it beside all baselines: tables (minutes a seed)."
    )

    @Option(help: "A JSON object of changes of the recipe, or a file that holds one.")
    var recipe = "{}"

    @Option(
        help:
            "Labels to learn from: transformer, unwarped, adjacency, height, none or untrained; several by commas."
    )
    var labels = "transformer"

    @Option(help: "Share of the alignment of whole series in a label.")
    var aligned = LabelingRecipe().alignedShare

    @Option(help: "Phantom patients added to what is learned from.")
    var phantoms = 0

    @Option(help: "Seeds of the trainings.")
    var seeds = 1

    @Option(help: "Threads.")
    var threads = 2

    @Flag(help: "Tables for a page instead of a terminal.")
    var markdown = false

    /// Trains and judges.
    func run() throws {
        let text = (try? String(contentsOfFile: self.recipe, encoding: .utf8)) ?? self.recipe
        let recipe = try WSSENetRecipe(WSSENetRecipe(), changedBy: text)
        let folds = try DescriptorFolds(threads: self.threads)
        let data = try NetworkData.experiment(folds, phantoms: self.phantoms)
        var experiment = Experiment(
            .recipe(recipe, seeds: self.seeds),
            folds: RealSlices.leftOutPatients.map { [$0] }
        )
        experiment.sources = self.labels.split(separator: ",").compactMap {
            LearningSource(rawValue: String($0))
        }
        experiment.agreement = nil
        experiment.labeling.alignedShare = self.aligned
        experiment.memberMaximum = 4_096
        experiment.showsParts = true
        experiment.threadCount = self.threads
        let start = ContinuousClock.now
        let result = try experiment.run(data) { step in
            if step.startsGroup { print("# \(step.task), \(start.duration(to: .now))") }
        }
        print("# all in \(start.duration(to: .now))")
        self.show(result, recipe)
    }

    /// Says which label source there is not.
    func validate() throws {
        for name in self.labels.split(separator: ",") where LearningSource(rawValue: String(name)) == nil {
            throw ValidationError("there are no labels '\(name)'")
        }
        guard !self.labels.isEmpty else { throw ValidationError("--labels names none") }
    }

    private func show(_ result: ExperimentResult, _ recipe: WSSENetRecipe) {
        print(
            "\nrecipe \(recipe.json)\nmeans over four patients and \(self.seeds) seeds, 95 % of circular blocks\n"
        )
        for question in result.questions {
            print(self.markdown ? question.table.markdown() : question.table.text())
        }
        let columns: [Figure] = [.levelPrecision, .levelError, .robustness(.all)]
        for ours in result.rows where result.judged.contains(ours.name) {
            for other in result.rows where other.name != ours.name {
                let texts = columns.compactMap { figure in
                    ours.advantage(over: other, in: figure).map {
                        "\(figure.name) "
                            + String(format: "%+.3f [%+.3f, %+.3f]", $0.mean, $0.lower, $0.upper)
                    }
                }
                print("\(ours.name) better than \(other.name): \(texts.joined(separator: "; "))")
            }
        }
    }
}

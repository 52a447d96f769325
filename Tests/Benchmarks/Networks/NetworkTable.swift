import ArgumentParser
import Evaluation
import Foundation
import Labeling
import LinearAlgebra
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
        help: "Labels to learn from: transformer, unwarped, adjacency, height or none; several by commas."
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
        let trial = DescriptorTrial(folds.set, perturbed: try folds.perturbed(seed: 3), seed: 3)
        var rows = RunFigures()
        for patient in RealSlices.leftOutPatients {
            let baselines = Self.baselines(folds.pool(without: patient), threads: self.threads)
            rows.add(try trial.figures(of: baselines, leavingOut: patient), run: 0)
            let pool = NetworkPool(folds, without: patient, phantoms: self.phantoms)
            for name in self.labels.split(separator: ",").map(String.init) {
                let start = ContinuousClock.now
                var labeling = LabelingRecipe()
                labeling.alignedShare = self.aligned
                let set = try pool.trainingSet(
                    labels: Self.source(name),
                    recipe: labeling,
                    seed: 1,
                    threads: self.threads
                )
                let labeled = ContinuousClock.now
                for seed in 1...self.seeds {
                    let parts = try self.trained(set, recipe, seed: seed, labels: name)
                    let prefix = self.labels.contains(",") ? name + ": " : ""
                    let found = parts.descriptors(recipe.weights).map { $0.named(prefix + $0.name) }
                    rows.add(try trial.figures(of: found, leavingOut: patient), run: seed)
                }
                print(
                    "# \(name): labels of \(pool.members.count) slices \(start.duration(to: labeled)),",
                    "trained and judged \(self.seeds) times in \(labeled.duration(to: .now))"
                )
            }
        }
        try self.show(rows, recipe)
    }

    private func trained(_ set: TrainingSet, _ base: WSSENetRecipe, seed: Int, labels: String) throws
        -> NetworkParts
    {
        var recipe = base
        recipe.seed = UInt64(seed)
        if Self.source(labels) == nil { (recipe.labelWeight, recipe.contrastiveWeight) = (0, 1) }
        if labels == "untrained" {
            (recipe.outlineSteps, recipe.detailSteps, recipe.densitySteps) = (0, 0, 0)
        }
        var training = try WSSENetTraining(
            set,
            test: nil,
            recipe: recipe,
            dataSetHash: "",
            threadCount: self.threads
        )
        while training.stage != nil { _ = try training.step() }
        return try NetworkParts(try training.model(), fitted: [], threads: self.threads)
    }

    /// Nil: no labels, or no training at all.
    private static func source(_ name: String) -> LabelSource? { LabelSource(rawValue: name) }

    static func baselines(_ pool: FittingPool, threads: Int) -> [Descriptor] {
        [
            .random(), .masks(threadCount: threads), .pixels(threadCount: threads),
            .pixels(fittedTo: pool, threadCount: threads), .hog(fittedTo: pool, threadCount: threads),
        ]
    }

    private func show(_ figures: RunFigures, _ recipe: WSSENetRecipe) throws {
        let rows = figures.averaged
        print(
            "\nrecipe \(recipe.json)\nmeans over four patients and \(self.seeds) seeds, 95 % of circular blocks\n"
        )
        for table in DescriptorTable.tables(rows) {
            print(self.markdown ? table.markdown() : table.text())
        }
        let columns: [Figure] = [.levelPrecision, .levelError, .robustness(.all)]
        for ours in rows where ours.name.hasSuffix("WSSENet") || ours.name.hasSuffix("network alone") {
            for other in rows where other.name != ours.name {
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

/// Rows of several runs, patient after patient.
private struct RunFigures {
    private var order: [String] = []
    private var runs: [String: [Int: MethodFigures]] = [:]

    mutating func add(_ rows: [MethodFigures], run: Int) {
        for row in rows {
            if runs[row.name] == nil { order.append(row.name) }
            if runs[row.name]?[run] == nil {
                runs[row.name, default: [:]][run] = row
            } else {
                runs[row.name]?[run]?.append(contentsOf: row)
            }
        }
    }

    /// One row a method, the mean over its runs.
    var averaged: [MethodFigures] {
        order.compactMap { name in
            let all = (runs[name] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            return MethodFigures.averaged(all, name: name)
        }
    }
}

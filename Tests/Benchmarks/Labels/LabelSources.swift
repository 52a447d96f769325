import ArgumentParser
import Evaluation
import Foundation
import Labeling
import LinearAlgebra
import RealSlices
import Registration

/// `carina-benchmarks label-sources`: how well labels alone find the same height of the lungs in other patients.
///
/// Four patients of `shared/data/ct` are left out one after the other; the spatial transformer learns from all others,
/// and each source labels the left-out patient's slices against the others'. No network of ours but the transformer
/// takes part, and nothing is learned from levels.
struct LabelSources: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label-sources",
        abstract:
            "Judge labels by the levels they find, leaving one patient out: a table (about five minutes)."
    )

    @Option(help: "Seed of the transformers' trainings.")
    var seed: UInt64 = 1

    @Option(help: "Steps of the transformers' trainings.")
    var steps = 900

    @Option(help: "Steps by which each pair's warp is refined, beside the transformer's own.")
    var refinement = 10

    @Option(help: "Threads.")
    var threads = 2

    /// Judges all sources.
    func run() throws {
        let trial = try LabelTrial()
        print(
            "\(trial.slices.count) slices of whole series; mean over four patients, mAP / error of the first hit"
        )
        let unwarped = try trial.measured(with: nil, threads: self.threads)
        var judged = Judged(trial)
        for source in [LabelSource.adjacency, .height] {
            let places = PairSimilarities(
                places: trial.members,
                source: source,
                sequenceMinimum: LabelingRecipe().sequenceMinimum
            )
            judged.show("\(source)") { _ in places.outline }
        }
        try judged.showVariants("unwarped") { _ in unwarped }
        var (warped, refined): ([String: PairSimilarities], [String: PairSimilarities]) = ([:], [:])
        for patient in RealSlices.leftOutPatients {
            let start = ContinuousClock.now
            var recipe = RegistrationRecipe(seed: self.seed)
            recipe.stepCount = self.steps
            let (pool, unseen) = try trial.pools(without: patient)
            let model = try trainRegistration(pool, unseen: unseen, recipe: recipe, threadCount: self.threads)
            let trained = start.duration(to: .now)
            warped[patient] = try trial.measured(with: model, threads: self.threads)
            refined[patient] = try trial.measured(
                with: model,
                refinement: PairRefinement(stepCount: self.refinement, recipe: recipe),
                threads: self.threads
            )
            print(
                "  \(patient): trained in \(trained), unseen \(model.quality.map { "\($0)" } ?? "not judged")"
            )
        }
        try judged.showVariants("transformer") { warped[$0] ?? unwarped }
        try judged.showVariants("refined") { refined[$0] ?? unwarped }
        for variant in ["raw", "smoothed", "aligned"] {
            judged.showDifference("transformer \(variant)", "unwarped \(variant)")
            judged.showDifference("refined \(variant)", "unwarped \(variant)")
            judged.showDifference("refined \(variant)", "transformer \(variant)")
        }
        judged.showDifference("transformer aligned", "transformer smoothed")
        judged.showDifference("transformer aligned", "adjacency")
        judged.showDifference("transformer aligned", "height")
    }
}

/// The figures of all methods, by name.
private struct Judged {
    let trial: LabelTrial
    private var figures: [String: [LevelRetrieval]] = [:]

    init(_ trial: LabelTrial) { self.trial = trial }

    /// Judges one method, patient by patient.
    mutating func show(_ name: String, _ similarity: (String) throws -> SimilarityMatrix) rethrows {
        let found = try RealSlices.leftOutPatients.map { trial.judged(try similarity($0), patient: $0) }
        self.figures[name] = found
        func mean(_ values: [Double]) -> String {
            String(format: "%.4f", values.reduce(0, +) / Double(values.count))
        }
        let each = found.map { String(format: "%.3f/%.3f", $0.meanAveragePrecision, $0.meanFirstError) }
        print(
            name.padding(toLength: 24, withPad: " ", startingAt: 0),
            mean(found.map(\.meanAveragePrecision)),
            mean(found.map(\.meanFirstError)),
            each.joined(separator: "  ")
        )
    }

    /// Raw ranks, smoothed along the sequences, and joined with the alignment of whole series.
    mutating func showVariants(_ name: String, _ raw: (String) -> PairSimilarities) throws {
        for (variant, refined, aligned) in [("raw", 0.0, 0.0), ("smoothed", 0.75, 0), ("aligned", 0.75, 0.5)]
        {
            var recipe = LabelingRecipe()
            (recipe.refinedShare, recipe.alignedShare) = (refined, aligned)
            let members = self.trial.members
            try self.show("\(name) \(variant)") {
                try SideLabels(raw($0), of: members, recipe: recipe).similarity
            }
        }
    }

    /// The difference of two methods' average precisions, query by query.
    func showDifference(_ first: String, _ second: String) {
        let pairs = zip(self.figures[first] ?? [], self.figures[second] ?? [])
        let differences = pairs.map { one, other in
            zip(one.averagePrecisions, other.averagePrecisions).map { a, b in
                a.flatMap { a in b.map { a - $0 } }
            }
        }
        var generator = SeededGenerator(seed: 1)
        guard let found = blockBootstrap(differences, generator: &generator) else { return }
        print(
            "\(first) - \(second):",
            String(format: "%+.4f [%+.4f, %+.4f]", found.mean, found.lower, found.upper)
        )
    }
}

import ArgumentParser
import Evaluation
import Experiments
import RealSlices

/// `carina-benchmarks descriptors`: what a network has to beat.
///
/// Four patients of `shared/data/ct` are left out one after the other; whatever is fitted is fitted to all others, the
/// single slices and 400 pictures.
struct DescriptorTable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "descriptors",
        abstract: "Judge all baselines, leaving one patient out: tables with intervals (about a minute)."
    )

    @Option(help: "Seed of the perturbations and of the lesions' places.")
    var seed: UInt64 = 3

    @Option(help: "Threads.")
    var threads = 2

    @Flag(help: "Tables for a page instead of a terminal.")
    var markdown = false

    @Flag(help: "Class precision on the pictures of chest4 instead.")
    var classes = false

    /// Judges all baselines.
    func run() throws {
        if self.classes { return try self.showClasses() }
        let clock = ContinuousClock()
        let start = clock.now
        let folds = try DescriptorFolds(threads: self.threads)
        let made = clock.now
        let perturbed = try folds.perturbed(seed: self.seed)
        let trial = DescriptorTrial(folds.set, perturbed: perturbed, seed: self.seed)
        let ready = clock.now
        var rows: [MethodFigures] = []
        for patient in RealSlices.leftOutPatients {
            let pool = folds.pool(without: patient)
            let found = try trial.figures(of: self.baselines(pool), leavingOut: patient)
            if rows.isEmpty {
                rows = found
            } else {
                for index in rows.indices { rows[index].append(contentsOf: found[index]) }
            }
        }
        print(
            "\(folds.set.slices.count) slices of whole series, \(perturbed.copies.count) of them perturbed;",
            "crops \(start.duration(to: made)), perturbed \(made.duration(to: ready)),",
            "judged \(ready.duration(to: clock.now))"
        )
        print("means over four patients, 95 % of circular blocks\n")
        for table in Self.tables(rows) {
            print(self.markdown ? table.markdown() : table.text())
        }
    }

    /// Pictures have no patients: each is asked alone among all others, near-duplicates left out. Neighboring slices of one
    /// patient that are less alike than those stay in, so the scores are too high; "normal" differs in style.
    private func showClasses() throws {
        let folds = try DescriptorFolds(threads: self.threads)
        let pictures = try RealSlices.labeledPictures(limit: .max)
        let set = EvaluationSet(
            pictures.enumerated().map { index, picture in
                EvaluationSlice(
                    crop: picture.crop,
                    patient: "picture \(index)",
                    series: "",
                    offsetMillimeters: 0,
                    label: picture.label
                )
            }
        )
        let pool = FittingPool(of: folds.set)
        let rows = try DescriptorTrial(set, lesions: []).figures(
            of: self.baselines(pool),
            leavingOut: set.patients
        )
        print("\(set.slices.count) pictures, four classes; fitted to \(folds.set.slices.count) CT slices\n")
        let table = ComparisonTable("class", methods: rows)
        print(self.markdown ? table.markdown() : table.text())
    }

    private func baselines(_ pool: FittingPool) -> [Descriptor] {
        let hog = Descriptor.hog(fittedTo: pool, threadCount: self.threads)
        let density = Descriptor.density(fittedTo: pool, threadCount: self.threads)
        return Descriptor.baselines(fittedTo: pool, threadCount: self.threads) + [
            density, .joined("HOG 0.75 + density 0.25", [(hog, 0.75), (density, 0.25)]),
        ]
    }

    /// One table for each question.
    static func tables(_ rows: [MethodFigures]) -> [ComparisonTable] {
        let lesions = LesionKind.standard
        let columns: [(String, [Figure])] = [
            ("level", [.levelPrecision, .levelError, .tenLevelError]),
            (
                "robustness",
                [.robustness(.all), .nearRobustness, .singleRobustness]
                    + (Perturbation.singles + [.window, .kernel]).map { .robustness($0) }
            ),
            ("position", [.positionFirst, .positionFive]),
            ("lesion, same place above elsewhere", lesions.map { .lesionAboveElsewhere($0) }),
            ("lesion, same place above none", lesions.map { .lesionAboveNone($0) }),
        ]
        return columns.map { ComparisonTable($0, methods: rows, figures: $1) }
    }
}

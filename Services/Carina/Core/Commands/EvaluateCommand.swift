import ArgumentParser
import Experiments
import Foundation
import Glibc
import Labeling
import WSSENet

/// `carina evaluate`
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Judges a model, or a recipe, on any folder of CT, beside all baselines. Needs no service.",
        discussion: """
            Without --recipe: the model that came with the program, or --model FILE, is asked for every patient of the
            folder. With --recipe: up to --patients patients with a whole series are left out one after the other; the
            rest is labeled, a network is trained on it, and the left-out patient is asked: the way to try an idea.

              carina evaluate /archive/ct --page report.html
              carina evaluate /archive/ct --model hospital.safetensors --truth classes.csv
              carina evaluate /archive/ct --recipe '{"detailSteps": 600}' --seeds 3

            The truth table is a CSV file with a header. Columns: 'file', a path below FOLDER or a folder's, which stands
            for all below it; 'class'; and, where wanted, 'patient', which overrides the one in the file. Pictures (JPEG,
            PNG) name no patient: without that column each counts as one of its own.

            Patients appear as 'patient 1' and so on, in the order of their files. Heights in the lungs come from our own
            masks; series that end within the lungs take no part where heights decide.

            Exit codes: 0 the embedding is better than every baseline in level mAP, level error and hit@1 of copies
            perturbed in all ways (in nDCG@10 and class mAP where none of those can be measured); 3 it is not; 1 failure;
            64 wrong usage; 130 or 143 stopped by Ctrl-C or SIGTERM: nothing was written.
            """
    )

    @Argument(
        help:
            "Folder with CT slices: DICOM, or 8-bit pictures in a lung window; all that is below it is read."
    )
    var folder: String

    @Option(help: "CSV file with the columns 'file', 'class' and, optional, 'patient'.")
    var truth: String?

    @Option(
        help:
            "Model file (safetensors, of 'carina model export'). Default: the one that came with the program."
    )
    var model: String?

    @Option(
        help:
            "Trains instead: a JSON object of changes of the recipe, or a file that holds one; '{}' changes nothing."
    )
    var recipe: String?

    @Option(
        name: .customLong("labels"),
        help: "With --recipe, what the network learns from: transformer, unwarped, adjacency, height or none."
    )
    var labels = "transformer"

    @Option(
        help:
            "With --recipe, what else is trained to compare with, by commas: the same names, untrained, or nothing."
    )
    var against = "adjacency,height,none,untrained"

    @Option(help: "Automatic labels with which agreement is measured: transformer, unwarped, or none.")
    var agreement = "transformer"

    @Option(help: "With --recipe, patients left out at most.")
    var patients = 4

    @Option(help: "With --recipe, trainings of each, with other seeds; figures are means.")
    var seeds = 1

    @Option(help: "Where a page with plots goes (HTML, one file).")
    var page: String?

    @Option(help: "Made-up patients in whose slices lesions are asked for too; 0: none.")
    var phantoms = 3

    @Option(help: "Files read at most; of more, every so-manyth is read.")
    var limit = 5_000

    @Option(help: "Threads.")
    var threads = 2

    @Option(help: "Seed of perturbations and lesions.")
    var seed: UInt64 = 3

    @Flag(help: "The embedding's parts as rows of their own.")
    var parts = false

    @Flag(help: "Intervals and verdicts for all tables, not for the summary alone.")
    var intervals = false

    @Flag(help: "Print JSON for machines.")
    var json = false

    func validate() throws {
        guard self.model == nil || self.recipe == nil else {
            throw ValidationError("--model judges a model, --recipe trains one: not both")
        }
        guard (1...100).contains(self.seeds) else { throw ValidationError("--seeds is from 1 to 100") }
        guard (1...256).contains(self.threads) else { throw ValidationError("--threads is from 1 to 256") }
        guard (1...1_000).contains(self.patients) else {
            throw ValidationError("--patients is from 1 to 1,000")
        }
        guard (0...100).contains(self.phantoms) else { throw ValidationError("--phantoms is from 0 to 100") }
        guard self.limit >= 2 else { throw ValidationError("--limit is at least 2") }
        _ = try self.sources()
        guard self.agreement == "none" || LabelSource(rawValue: self.agreement)?.comparesPictures == true
        else {
            throw ValidationError("--agreement is transformer, unwarped or none")
        }
    }

    func run() throws {
        let notice = InterruptNotice("stopped; nothing was written", signals: [SIGINT, SIGTERM])
        let evaluation = try FolderEvaluation(
            folder: self.folder,
            truth: try self.truth.map { try Self.table($0) },
            method: try self.method(),
            options: .init(
                limit: self.limit,
                patients: self.patients,
                phantoms: self.phantoms,
                threads: self.threads,
                seed: self.seed
            ),
            progress: ProgressBar(isSilent: self.json)
        ) { experiment in
            experiment.sources = try self.sources()
            experiment.agreement = LabelSource(rawValue: self.agreement)
            experiment.showsParts = self.parts
        }
        notice.end()
        if let page {
            try PictureFile.write(Array(EvaluationPage(evaluation: evaluation).html.utf8), to: page)
        }
        let report = EvaluationText(evaluation: evaluation)
        if self.json {
            try Printing.json(report.record)
        } else {
            Printing.line(report.text(isColored: Terminal.showsColors, showsIntervals: self.intervals))
            if let page { Printing.line("page: \(page)") }
        }
        if !evaluation.result.beatsBaselines { throw ExitCode(Self.notBetter) }
    }

    /// Exit code of an embedding that is not better than every baseline.
    static let notBetter: Int32 = 3

    /// What the recipe learns from, the judged one first.
    func sources() throws -> [LearningSource] {
        let others = self.against == "nothing" ? [] : self.against.split(separator: ",").map(String.init)
        var sources: [LearningSource] = []
        for name in [self.labels] + others {
            guard let source = LearningSource(rawValue: name) else {
                throw ValidationError("there are no labels '\(name)'")
            }
            if !sources.contains(source) { sources.append(source) }
        }
        guard sources[0] != .untrained else { throw ValidationError("--labels untrained trains nothing") }
        return sources
    }

    private func method() throws -> Experiment.Method {
        if let recipe {
            let text = (try? String(contentsOfFile: recipe, encoding: .utf8)) ?? recipe
            do {
                return .recipe(try WSSENetRecipe(WSSENetRecipe(), changedBy: text), seeds: self.seeds)
            } catch {
                throw CommandLineFailure("--recipe: \(error)")
            }
        }
        guard let model else { return .model(try EmbeddingModel(serialized: ShippedModel.bytes)) }
        guard let bytes = LocalFile.bytes(model) else {
            throw CommandLineFailure("the model file \(model) cannot be read")
        }
        do {
            return .model(try EmbeddingModel(serialized: bytes))
        } catch {
            throw CommandLineFailure("\(model) is no model that can be used: \(error)")
        }
    }

    private static func table(_ path: String) throws -> TruthTable {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandLineFailure("the truth table \(path) cannot be read")
        }
        return try TruthTable(text)
    }
}

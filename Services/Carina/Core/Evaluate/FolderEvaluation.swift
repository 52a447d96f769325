import Evaluation
import Experiments
import WSSENet

/// A folder that was judged: what was found in it, and what came out.
struct FolderEvaluation: Sendable {
    /// What the person at the terminal decides.
    struct Options: Sendable {
        var limit = 5_000
        var patients = 4
        var phantoms = 3
        var threads = 1
        var seed: UInt64 = 3
    }

    let folder: SliceFolder
    let archive: SliceArchive
    let experiment: Experiment
    let result: ExperimentResult

    /// Reads the folder, trains where there is something to train, and judges.
    ///
    /// - Parameter adjusting: changes the experiment before it begins.
    /// - Throws: `CommandLineFailure`, `ExperimentError`, or what training and judging throw.
    init(
        folder path: String,
        truth: TruthTable?,
        method: Experiment.Method,
        options: Options,
        progress: ProgressBar,
        adjusting: (inout Experiment) throws -> Void = { _ in }
    ) throws {
        let folder = try SliceFolder(
            path,
            truth: truth,
            limit: options.limit,
            threads: options.threads,
            progress: progress
        )
        let archive = try SliceArchive(folder.found)
        var folds: [[String]]
        switch method {
        case .model: folds = try Experiment.askingAll(archive)
        case .recipe: folds = try Experiment.leavingOneOut(archive, maximum: options.patients)
        }
        var experiment = Experiment(method, folds: folds)
        experiment.threadCount = options.threads
        experiment.seed = options.seed
        try adjusting(&experiment)
        progress.show("perturbing", share: 0, "")
        var data = ExperimentData(set: archive.set, members: archive.members)
        data.perturbed = try PerturbedSlices(
            of: archive.set,
            seed: options.seed,
            threadCount: options.threads
        ) { try SliceFolder.slice(at: folder.paths[archive.sources[$0]]) }
        progress.finish("perturbing", "\(data.perturbed?.copies.count ?? 0) slices")
        data.phantoms = try PhantomLungs.set(patients: options.phantoms, threads: options.threads)
        self.result = try experiment.run(data) { step in
            // Where there is no bar, a line for each group tells that the work goes on.
            if step.startsGroup { progress.finish("judging", step.task) }
            progress.show("judging", share: step.share, step.task)
        }
        progress.finish("judging", "\(self.result.rows.count) methods, \(folds.joined().count) patients")
        (self.folder, self.archive, self.experiment) = (folder, archive, experiment)
    }
}

extension FolderEvaluation {
    /// What is judged, in words.
    var subject: String {
        switch self.experiment.method {
        case .model(let model):
            let name = model.fingerprint.prefix(6).map { Self.hex($0) }.joined()
            return self.isShipped ? "the model that came with the program (\(name))" : "the model \(name)"
        case .recipe(let recipe, let seeds):
            let times = seeds == 1 ? "once" : "\(seeds) times"
            return "a recipe, trained \(times) without each patient who is asked: \(recipe.json)"
        }
    }

    private var isShipped: Bool {
        guard case .model(let model) = self.experiment.method else { return false }
        return model.serialized() == ShippedModel.bytes
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    /// What is known of whether the model has seen the patients who are asked.
    var disjointness: String {
        guard case .model(let model) = self.experiment.method else {
            return
                "Patients who are asked were kept from transformer, labels, network and principal components."
        }
        if self.isShipped {
            return
                "The model has learned from made-up patients only: no patient of the folder is among them, unless the "
                + "folder itself holds such phantoms."
        }
        let hash = model.card.dataSetHash
        return
            "WHETHER THE MODEL HAS LEARNED FROM PATIENTS OF THIS FOLDER CANNOT BE KNOWN: its file names its data set ("
            + (hash.isEmpty ? "none" : String(hash.prefix(12)))
            + ", \(model.card.sliceCount) slices) but not its patients. If it has, every figure of it is too good."
    }

    /// Numbers and cautions about the folder.
    var remarks: [String] {
        let counts = self.archive.counts
        var lines = [
            "\(self.folder.found.count) slices of \(counts.patients) patients: \(counts.series) whole series, "
                + "\(counts.singles) single slices with lungs, \(counts.withoutLung) slices without; "
                + "\(self.archive.set.slices.count) of them are searched, and "
                + "\(self.experiment.folds.joined().count) patients are asked",
            self.disjointness,
        ]
        if self.folder.readCount < self.folder.fileCount {
            lines.append(
                "Of \(self.folder.fileCount) files every so-manyth was read, \(self.folder.readCount) in all (--limit)."
            )
        }
        if !self.folder.refused.isEmpty {
            let reasons = self.folder.refused.map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
            lines.append("Files passed over: \(reasons).")
        }
        if self.folder.namedCount > 0 {
            lines.append("The truth table says something of \(self.folder.namedCount) slices.")
        }
        if counts.cutSeries > 0 {
            lines.append(
                "\(counts.cutSeries) of the series end within the lungs: their patients take no part where heights decide."
            )
        }
        if counts.nameless > 0 {
            lines.append(
                "\(counts.nameless) slices name no patient: each counts as one of its own, so hits may be the same person."
            )
        }
        if self.experiment.folds.joined().count < MethodFigures.patientsRedrawnFrom {
            lines.append(
                "Fewer than \(MethodFigures.patientsRedrawnFrom) patients were asked: intervals cover how slices differ, "
                    + "not how patients do."
            )
        }
        return lines
    }

    /// The whole in one sentence.
    var verdict: String {
        let result = self.result
        let names = result.headline.map(\.name).joined(separator: ", ")
        if result.verdicts.isEmpty {
            return "NOTHING TO JUDGE BY: no headline figure could be measured in this folder."
        }
        if result.isProven {
            return "The embedding is better than every baseline in \(names), with all of the intervals."
        }
        if result.beatsBaselines {
            return
                "The embedding is better than every baseline in \(names); not every interval lies above zero."
        }
        let lost = result.verdicts.filter { $0.standing == .notBetter }
            .map { "\($0.figure.name) (\($0.baseline))" }.joined(separator: ", ")
        return "THE EMBEDDING DOES NOT BEAT THE BASELINES in \(lost)."
    }
}

import Evaluation
import Labeling
import LinearAlgebra
import Registration
import WSSENet

extension Experiment {
    /// Trains where there is something to train, and judges everything.
    ///
    /// - Parameter progress: told what is done next.
    /// - Throws: `ExperimentError`; `DescriptorError` when a method has learned from a patient who is asked;
    ///   `WSSENetError`, `RegistrationError`, `LabelingError`, `TrainingDivergence` or `TensorError`.
    package func run(
        _ data: ExperimentData,
        progress: @escaping @Sendable (ExperimentProgress) -> Void = { _ in }
    ) throws -> ExperimentResult {
        var run = ExperimentRun(self, data, progress)
        for fold in self.folds { try run.judge(fold) }
        return run.result
    }
}

/// An experiment under way.
private struct ExperimentRun {
    let experiment: Experiment
    let data: ExperimentData
    private let report: @Sendable (ExperimentProgress) -> Void
    private var rows = RunFigures()
    private var phantomRows = RunFigures()
    private var hits: [QueryHits] = []
    private var foldsDone = 0
    private var grades: PairGrades?

    init(
        _ experiment: Experiment,
        _ data: ExperimentData,
        _ report: @escaping @Sendable (ExperimentProgress) -> Void
    ) {
        self.experiment = experiment
        self.data = data
        self.report = report
    }

    var result: ExperimentResult {
        ExperimentResult(
            set: self.data.set,
            rows: self.rows.averaged,
            phantomRows: self.phantomRows.averaged,
            hits: self.hits,
            experiment: self.experiment
        )
    }

    /// - Parameter share: of the group's own work.
    private func tell(_ task: String, _ share: Double, startsGroup: Bool = false) {
        let count = Double(max(1, self.experiment.folds.count))
        let name = count > 1 ? "group \(self.foldsDone + 1) of \(Int(count)): \(task)" : task
        self.report(
            ExperimentProgress(
                task: name,
                share: (Double(self.foldsDone) + share) / count,
                startsGroup: startsGroup
            )
        )
    }

    /// Judges all methods by one group's queries.
    mutating func judge(_ fold: [String]) throws {
        self.tell("learning and judging", 0, startsGroup: true)
        let patients = Set(fold)
        let pool = LearningPool(
            self.data.members + self.data.additions,
            without: patients,
            maximum: self.experiment.memberMaximum
        )
        guard pool.members.count >= WSSENetTraining.sliceMinimum else {
            throw ExperimentError.tooFewSlices(
                found: pool.members.count,
                needed: WSSENetTraining.sliceMinimum
            )
        }
        let transformer = try self.transformer(pool)
        self.tell("labels", 0.15)
        let trial = DescriptorTrial(
            self.data.set,
            perturbed: self.data.perturbed,
            grades: try self.agreement(transformer),
            lesions: self.experiment.lesions,
            seed: self.experiment.seed
        )
        self.tell("baselines", 0.2)
        let threads = self.experiment.threadCount
        let fitting = FittingPool(self.data.members, without: patients)
        try self.judge(Descriptor.baselines(fittedTo: fitting, threadCount: threads), trial, fold, run: 0)
        switch self.experiment.method {
        case .model(let model):
            let parts = try NetworkParts(model, fitted: [], threadCount: threads)
            try self.judge(self.shown(parts), trial, fold, run: 1)
            try self.find(with: parts, fold)
            try self.train(.untrained, model.card.recipe, seeds: 1, pool, transformer, trial, fold)
        case .recipe(let recipe, let seeds):
            for source in self.experiment.trainedSources {
                try self.train(source, recipe, seeds: seeds, pool, transformer, trial, fold)
            }
        }
        self.foldsDone += 1
    }

    private func shown(_ parts: NetworkParts) -> [Descriptor] {
        self.experiment.showsParts ? parts.all : parts.descriptors
    }

    private mutating func train(
        _ source: LearningSource,
        _ recipe: WSSENetRecipe,
        seeds: Int,
        _ pool: LearningPool,
        _ transformer: RegistrationModel?,
        _ trial: DescriptorTrial,
        _ fold: [String]
    ) throws {
        let threads = self.experiment.threadCount
        let set = try pool.trainingSet(
            labels: source.labels,
            transformer: transformer,
            recipe: self.experiment.labeling,
            threadCount: threads
        )
        let isJudged = self.experiment.isJudged(source)
        let place = Double(self.experiment.trainedSources.firstIndex(of: source) ?? 0)
        let total = Double(self.experiment.trainedSources.count)
        // One seed is as untrained as another.
        let runs = source == .untrained ? 1 : seeds
        for seed in 1...max(1, runs) {
            let adapted = source.adapted(recipe, seed: UInt64(seed))
            let model = try trainedNetwork(set, recipe: adapted, threadCount: threads) { share in
                let done = (place + (Double(seed - 1) + share) / Double(runs)) / total
                self.tell("training, \(source.title), seed \(seed)", 0.25 + 0.75 * done)
            }
            let parts = try NetworkParts(model, fitted: pool.patients, threadCount: threads)
            let found = self.shown(parts)
                .filter { isJudged || self.experiment.showsParts || $0.name == NetworkParts.whole }
                .map { $0.named(self.experiment.name(of: $0.name, from: source)) }
            try self.judge(found, trial, fold, run: seed)
            if isJudged, seed == 1 { try self.find(with: parts, fold) }
        }
    }

    private mutating func judge(
        _ descriptors: [Descriptor],
        _ trial: DescriptorTrial,
        _ fold: [String],
        run: Int
    ) throws {
        self.rows.add(try trial.figures(of: descriptors, leavingOut: fold), run: run)
        // Nobody has learned from phantoms, so what the first group's methods make of them is enough.
        guard let phantoms = self.data.phantoms, self.foldsDone == 0 else { return }
        let lesions = DescriptorTrial(
            phantoms,
            lesions: self.experiment.lesions,
            seed: self.experiment.seed
        )
        self.phantomRows.add(
            try lesions.figures(of: descriptors, leavingOut: phantoms.patients),
            run: run
        )
    }

    private mutating func find(with parts: NetworkParts, _ fold: [String]) throws {
        guard let whole = parts.descriptors.first(where: { $0.name == NetworkParts.whole }) else { return }
        let described = try DescribedSet(self.data.set, by: whole)
        self.hits += fold.flatMap { QueryHits.all(of: $0, described) }
    }

    /// Learned anew for each group where a recipe is judged; where a model is, labels are no part of it, and one
    /// transformer of everything serves all groups.
    private func transformer(_ pool: LearningPool) throws -> RegistrationModel? {
        let isNeeded: Bool
        let slices: LearningPool
        switch self.experiment.method {
        case .model:
            isNeeded = self.experiment.agreement == .transformer && self.grades == nil
            slices = LearningPool(self.data.members, maximum: self.experiment.memberMaximum)
        case .recipe:
            isNeeded =
                self.experiment.agreement == .transformer
                || self.experiment.trainedSources.contains(.transformer)
            slices = pool
        }
        guard isNeeded else { return nil }
        self.tell("training the transformer", 0)
        return try slices.transformer(
            recipe: self.experiment.registration,
            threadCount: self.experiment.threadCount
        ) { self.tell("training the transformer", 0.15 * $0) }
    }

    private mutating func agreement(_ transformer: RegistrationModel?) throws -> PairGrades? {
        guard let source = self.experiment.agreement, source.comparesPictures else { return nil }
        if case .model = self.experiment.method, let grades = self.grades { return grades }
        let grades = try PairGrades(
            labeling: self.data.set,
            transformer: source == .transformer ? transformer : nil,
            recipe: self.experiment.labeling,
            threadCount: self.experiment.threadCount
        )
        self.grades = grades
        return grades
    }
}

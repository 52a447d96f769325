import Learning
import LinearAlgebra
import Orientation
import Tensors

/// A training between two steps: outline, then detail on top of it, then density.
///
/// Equal sets, recipes and seeds give a model of equal bytes on the same kind of processor, for the same number of threads,
/// whether or not the training was interrupted.
package struct WSSENetTraining {
    private let material: StageMaterial
    private let test: TrainingSet?
    private let dataSetHash: String
    private let usual: [Float]
    private var learned: [Stage: Parameters] = [:]
    private var current: (any LearningStage)?
    private var best: Parameters?
    private var progress: TrainingState.Progress

    /// Fewer slices make no batch worth learning from.
    package static let sliceMinimum = 8

    /// - Parameters:
    ///   - test: of other patients; decides when to stop. Nil: all steps are taken.
    ///   - dataSetHash: hexadecimal, named in the model.
    ///   - threadCount: of the kernels, and of the making of batches.
    ///   - state: goes on from there; of the same recipe and data.
    /// - Throws: `WSSENetError`; `CheckpointError` or `ModelFileError` if a file of the state is damaged; `TensorError`.
    package init(
        _ training: TrainingSet,
        test: TrainingSet?,
        recipe: WSSENetRecipe,
        dataSetHash: String,
        threadCount: Int,
        resuming state: TrainingState? = nil
    ) throws {
        if let flaw = recipe.flaw { throw WSSENetError.badRecipe(flaw) }
        guard training.count >= Self.sliceMinimum else {
            throw WSSENetError.tooFewSlices(found: training.count, needed: Self.sliceMinimum)
        }
        let shared = Set(training.patients).intersection(test?.patients ?? [])
        guard shared.isEmpty else { throw WSSENetError.leak(patients: shared.count) }
        material = StageMaterial(
            set: training,
            recipe: recipe,
            engine: try ComputeEngine(threadCount: threadCount),
            loaderThreads: threadCount
        )
        // A side of two slices has nothing to rank.
        self.test = test.flatMap { $0.count < 3 ? nil : $0 }
        self.dataSetHash = dataSetHash
        usual = DensityEncoder.usual(of: (0..<training.count).lazy.map { training.view($0) })
        progress = TrainingState.Progress(
            recipe: recipe,
            dataSetHash: dataSetHash,
            results: [],
            means: [],
            reports: [],
            judge: StageJudge(epochs: 1, patience: 1),
            lossSum: 0,
            lossCount: 0
        )
        if let state { try restore(state) } else { try begin(resuming: nil) }
    }

    /// The stage under way; nil when all is done.
    package var stage: Stage? {
        Stage.allCases.first { stage in !progress.results.contains { $0.stage == stage } }
    }
    /// What the epochs came to so far.
    package var reports: [EpochReport] { progress.reports }

    /// Steps that make one pass over as many slices as there are.
    private var epochSteps: Int {
        (material.set.count + material.recipe.batchSlices - 1) / material.recipe.batchSlices
    }

    /// One step.
    ///
    /// - Returns: a report where the step ends an epoch.
    /// - Throws: `TrainingDivergence`, `TensorError`.
    package mutating func step() throws -> EpochReport? {
        guard let stage, var running = current else { return nil }
        let steps = material.recipe.steps(of: stage)
        progress.lossSum += Double(try running.step())
        progress.lossCount += 1
        current = running
        let done = running.stepCount
        guard done % epochSteps == 0 || done == steps else { return nil }
        let report = try judged(stage, running, steps: steps)
        progress.reports.append(report)
        if done == steps || progress.judge.isFinished { try finish(stage, running) }
        return report
    }

    private mutating func judged(
        _ stage: Stage,
        _ running: any LearningStage,
        steps: Int
    ) throws -> EpochReport {
        let loss = Float(progress.lossSum / Double(progress.lossCount))
        let testLoss = try test.map { try running.testLoss($0) }
        let epoch = (running.stepCount + epochSteps - 1) / epochSteps
        let isBest = progress.judge.judge(epoch: epoch, testLoss: testLoss)
        if isBest { best = running.parameters }
        (progress.lossSum, progress.lossCount) = (0, 0)
        return EpochReport(
            stage: stage,
            epoch: epoch,
            epochs: progress.judge.epochs,
            step: running.stepCount,
            steps: steps,
            rate: material.schedule(peak: material.recipe.rate).rate(step: running.stepCount - 1, of: steps),
            trainingLoss: loss,
            testLoss: testLoss,
            isBest: isBest,
            share: material.recipe.share(of: stage, step: running.stepCount)
        )
    }

    /// Keeps what the stage learned and goes on to the next.
    private mutating func finish(_ stage: Stage, _ running: any LearningStage) throws {
        let epochs = progress.reports.filter { $0.stage == stage }
        let report = epochs.last { $0.isBest } ?? epochs.last
        let kept = best ?? running.parameters
        learned[stage] = kept
        if material.recipe.isCentered {
            progress.means.append(try running.vectors(of: material.set, kept).columnMeans)
        }
        progress.results.append(
            ModelCard.StageResult(
                stage: stage,
                step: report?.step ?? 0,
                trainingLoss: report?.trainingLoss ?? 0,
                testLoss: report?.testLoss
            )
        )
        current = nil
        try begin(resuming: nil)
    }

    /// Prepares the stage under way; one without steps is done at once, with its first random weights.
    private mutating func begin(resuming checkpoint: Checkpoint?) throws {
        best = nil
        (progress.lossSum, progress.lossCount) = (0, 0)
        guard let stage else { return }
        let steps = material.recipe.steps(of: stage)
        progress.judge = StageJudge(
            epochs: max(1, (steps + epochSteps - 1) / epochSteps),
            patience: material.recipe.patience
        )
        let begun = try made(stage, resuming: checkpoint)
        current = begun
        if steps == 0 { try finish(stage, begun) }
    }

    private func made(_ stage: Stage, resuming checkpoint: Checkpoint?) throws -> any LearningStage {
        switch stage {
        case .outline: try EncoderStage(material, outline: nil, resuming: checkpoint)
        case .detail: try EncoderStage(material, outline: learned[.outline], resuming: checkpoint)
        case .density: try DensityStage(material, usual: usual, resuming: checkpoint)
        }
    }

    // MARK: Results

    /// The model of what was learned.
    ///
    /// - Throws: `ParametersError`; a precondition fails before all stages are done.
    package func model() throws -> EmbeddingModel {
        let stages = Stage.allCases.compactMap { learned[$0] }
        precondition(stages.count == Stage.allCases.count, "a model of an unfinished training")
        let set = material.set
        var histogram: PrincipalComponents?
        if material.recipe.weights.histogram > 0 {
            let plane = EncoderInputs.viewShape.planeSize
            let rows = (0..<set.count).map { hogVector(image: Array(set.view($0)[0..<plane])) }
            histogram = PrincipalComponents(
                fitting: Matrix(stacking: rows),
                count: EmbeddingModel.histogramCount
            )
        }
        return try EmbeddingModel(
            parameters: EmbeddingNetwork.parameters(stages, means: progress.means),
            usualDensity: usual,
            histogram: histogram,
            card: ModelCard(
                recipe: material.recipe,
                dataSetHash: dataSetHash,
                sliceCount: set.count,
                stages: progress.results
            )
        )
    }

    // MARK: Going on later

    /// All that is needed to go on.
    ///
    /// - Throws: `CheckpointError` if a number is none.
    package func state() throws -> TrainingState {
        var files: [String: [UInt8]] = [
            TrainingState.progressName: progress.sealed
        ]
        for (stage, parameters) in learned {
            files[stage.rawValue] = try stage.file(parameters).bytes
        }
        if let current { files[TrainingState.currentName] = try current.checkpoint(notes: [:]).serialized() }
        if let stage, let best { files[TrainingState.bestName] = try stage.file(best).bytes }
        return TrainingState(files: files)
    }

    private mutating func restore(_ state: TrainingState) throws {
        guard let bytes = state.files[TrainingState.progressName] else {
            throw WSSENetError.otherTraining("its state has no progress")
        }
        let found = try TrainingState.Progress(sealed: bytes)
        guard found.recipe == progress.recipe, found.dataSetHash == progress.dataSetHash else {
            throw WSSENetError.otherTraining("it has another recipe or other data")
        }
        progress = found
        for result in found.results {
            guard let bytes = state.files[result.stage.rawValue] else {
                throw WSSENetError.otherTraining("the weights of \(result.stage.rawValue) are missing")
            }
            learned[result.stage] = try result.stage.parameters(bytes)
        }
        guard let stage else { return }
        guard let bytes = state.files[TrainingState.currentName] else {
            throw WSSENetError.otherTraining("the checkpoint of \(stage.rawValue) is missing")
        }
        let checkpoint = try Checkpoint(serialized: bytes, of: try stage.network())
        best = try state.files[TrainingState.bestName].map { try stage.parameters($0) }
        let reported = found.reports.last { $0.stage == stage }?.step ?? 0
        guard checkpoint.step == reported + found.lossCount, (best != nil) == (found.judge.bestEpoch > 0)
        else {
            throw WSSENetError.otherTraining("its files are not of one moment")
        }
        current = try made(stage, resuming: checkpoint)
    }
}

extension Stage {
    /// The network that the stage trains.
    func network() throws(NetworkError) -> Network {
        switch self {
        case .outline: try OutlineEncoder.network()
        case .detail: try DetailEncoder.network()
        case .density: try DensityEncoder.network()
        }
    }

    fileprivate func file(_ parameters: Parameters) throws -> NetworkFile {
        try NetworkFile(
            format: TrainingState.format,
            network: try network(),
            parameters: parameters,
            texts: [:]
        )
    }

    fileprivate func parameters(_ bytes: [UInt8]) throws -> Parameters {
        try NetworkFile(serialized: bytes, format: TrainingState.format, network: try network()).parameters
    }
}

extension Matrix {
    /// (columns): the rows' mean.
    fileprivate var columnMeans: [Float] {
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { sums[column] += Double(self[row, column]) }
        }
        return sums.map { Float($0 / Double(max(1, rows))) }
    }
}

import LinearAlgebra
import Lungs
import Orientation

/// Learns an embedding from labeled pairs of slices.
///
/// Principal components are fitted to the training slices first; with them alone the model is HOG-PCA in the canonical
/// frame. Then two dense layers beside them are trained for the outline and for the detail, on views of the training
/// slices, and of the epochs of the second half the one with the lowest test loss is kept, unless the untrained state
/// has a lower one. Equal inputs give a model of equal bytes on the same kind of processor. Memory: about 75 kB a slice
/// beside its crop, and 16 bytes a pair.
///
/// - Parameters:
///   - training: at least 4 samples.
///   - test: at least 3 samples, of other patients.
///   - dataSetHash: of the labels, to be named in the model.
///   - now: a clock that only moves forward, seconds.
///   - report: called after each epoch.
///   - isCancelled: asked before each batch and each slice's views.
/// - Throws: `TrainingError`, whose description says what is wrong.
package func trainEmbedding(
    training: TrainingSide,
    test: TrainingSide,
    dataSetHash: [UInt8],
    recipe: TrainingRecipe,
    now: () -> Double,
    report: (EpochReport) -> Void,
    isCancelled: () -> Bool
) throws(TrainingError) -> TrainingOutcome {
    if let flaw = recipe.flaw { throw .badRecipe(flaw) }
    guard training.samples.count >= 4, test.samples.count >= 3 else {
        throw .tooFewSamples(training: training.samples.count, test: test.samples.count)
    }
    if let flaw = training.flaw ?? test.flaw { throw .badPairs(flaw) }
    let start = now()
    var run = try TrainingRun(training: training, test: test, recipe: recipe, isCancelled: isCancelled)
    let untrainedLoss = run.testLoss()
    guard untrainedLoss.isFinite else {
        throw .badSamples("the crops' features are too large for single precision")
    }
    var judge = EpochJudge(epochs: recipe.epochs, patience: recipe.patience, untrainedTestLoss: untrainedLoss)
    var best = (layers: run.layers, trainingLoss: Float?.none)
    var reports: [EpochReport] = []
    for epoch in stride(from: 1, through: recipe.epochs, by: 1) {
        let trainingLoss = try run.epoch(epoch, isCancelled: isCancelled)
        let testLoss = run.testLoss()
        let isBest = judge.judge(epoch: epoch, trainingLoss: trainingLoss, testLoss: testLoss)
        if case .diverged = judge.ending { break }
        if isBest { best = (run.layers, trainingLoss) }
        let elapsed = now() - start
        let current = EpochReport(
            epoch: epoch,
            epochs: recipe.epochs,
            step: run.step,
            rate: run.rate,
            trainingLoss: trainingLoss,
            testLoss: testLoss,
            isBest: isBest,
            secondsElapsed: elapsed,
            secondsLeft: elapsed / Double(epoch) * Double(recipe.epochs - epoch)
        )
        reports.append(current)
        report(current)
        if judge.ending != nil { break }
    }
    let card = ModelCard(
        recipe: recipe,
        dataSetHash: dataSetHash,
        epoch: judge.bestEpoch,
        trainingLoss: best.trainingLoss,
        testLoss: judge.bestTestLoss,
        untrainedTestLoss: untrainedLoss
    )
    return TrainingOutcome(
        model: run.model(with: best.layers, card: card),
        bestEpoch: judge.bestEpoch,
        untrainedTestLoss: untrainedLoss,
        reports: reports,
        ending: judge.ending ?? .completed
    )
}

/// The state of one run.
private struct TrainingRun {
    /// The layers of both learned parts.
    typealias Layers = (outline: DenseLayers, detail: DenseLayers)

    private let recipe: TrainingRecipe
    private let stepsInEpoch: Int
    private let density: DensityPart
    private var outline: PartTraining
    private var detail: PartTraining
    private var plan: BatchPlan
    /// Steps done, all epochs.
    private(set) var step = 0
    /// The learning rate of the last step.
    private(set) var rate: Float = 0

    init(
        training: TrainingSide,
        test: TrainingSide,
        recipe: TrainingRecipe,
        isCancelled: () -> Bool
    ) throws(TrainingError) {
        self.recipe = recipe
        let viewCount = recipe.viewsPerSlice + 1
        let views = try Self.views(of: training.samples, recipe: recipe, isCancelled: isCancelled)
        let parts = EmbeddingPart.standard
        density = DensityPart(fitting: training.samples.map(\.crop), count: parts[2].count)
        var outlineStart = SeededGenerator(seed: recipe.seed, stream: 10)
        outline = PartTraining(
            views: views.outline,
            viewCount: viewCount,
            test: Matrix(stacking: test.samples.map { outlineCells(of: $0.crop) }),
            labels: Self.labels(training, \.outlineSimilarity),
            testLabels: Self.labels(test, \.outlineSimilarity),
            part: parts[0],
            hidden: recipe.outlineHidden,
            skipLength: recipe.skipLength,
            generator: &outlineStart
        )
        var detailStart = SeededGenerator(seed: recipe.seed, stream: 11)
        detail = PartTraining(
            views: views.detail,
            viewCount: viewCount,
            test: Matrix(stacking: test.samples.map { hogVector(of: $0.crop) }),
            labels: Self.labels(training, \.detailSimilarity),
            testLabels: Self.labels(test, \.detailSimilarity),
            part: parts[1],
            hidden: recipe.detailHidden,
            skipLength: recipe.skipLength,
            generator: &detailStart
        )
        plan = BatchPlan(
            patients: training.samples.map(\.patient),
            similarity: detail.labels,
            viewCount: viewCount,
            recipe: recipe
        )
        stepsInEpoch = max(1, (training.samples.count + recipe.batchSize - 1) / recipe.batchSize)
    }

    var layers: Layers { (outline.layers, detail.layers) }

    /// One epoch; the mean of its batches' losses, NaN as soon as one is.
    mutating func epoch(_ epoch: Int, isCancelled: () -> Bool) throws(TrainingError) -> Float {
        var sum: Float = 0
        for _ in 0..<stepsInEpoch {
            if isCancelled() { throw .cancelled }
            rate = cycledRate(
                step: step,
                of: stepsInEpoch * recipe.epochs,
                peak: recipe.learningRate
            )
            let batch = plan.next()
            sum += Self.joined(
                outline: outline.step(slices: batch.slices, rows: batch.rows, rate: rate, recipe: recipe),
                detail: detail.step(slices: batch.slices, rows: batch.rows, rate: rate, recipe: recipe)
            )
            step += 1
            guard sum.isFinite else { return .nan }
        }
        return sum / Float(stepsInEpoch)
    }

    func testLoss() -> Float {
        Self.joined(
            outline: outline.testLoss(learnedShare: recipe.learnedShare),
            detail: detail.testLoss(learnedShare: recipe.learnedShare)
        )
    }

    func model(with layers: Layers, card: ModelCard) -> EmbeddingModel {
        let share = recipe.learnedShare
        return EmbeddingModel(
            outline: LearnedPart(
                mean: outline.mean,
                layers: outline.finished(layers.outline, learnedShare: share)
            ),
            detail: LearnedPart(
                mean: detail.mean,
                layers: detail.finished(layers.detail, learnedShare: share)
            ),
            density: density,
            card: card
        )
    }

    /// Both learned parts' losses by the parts' weights.
    private static func joined(outline: Float, detail: Float) -> Float {
        let weights = EmbeddingPart.standard.map(\.weight)
        return (weights[0] * outline + weights[1] * detail) / (weights[0] + weights[1])
    }

    private static func labels(_ side: TrainingSide, _ value: KeyPath<TrainingPair, Float>) -> Matrix {
        var labels = Matrix(rows: side.samples.count, columns: side.samples.count)
        for index in side.samples.indices { labels[index, index] = 1 }
        for pair in side.pairs {
            labels[pair.first, pair.second] = pair[keyPath: value]
            labels[pair.second, pair.first] = pair[keyPath: value]
        }
        return labels
    }

    /// The features of each slice and of its views: (n · views x D) for both learned parts, the original first.
    private static func views(
        of samples: [TrainingSample],
        recipe: TrainingRecipe,
        isCancelled: () -> Bool
    ) throws(TrainingError) -> (outline: Matrix, detail: Matrix) {
        let rows = samples.count * (recipe.viewsPerSlice + 1)
        var (outline, detail): ([Float], [Float]) = ([], [])
        outline.reserveCapacity(rows * outlineCellCount)
        detail.reserveCapacity(rows * hogCount)
        for (index, sample) in samples.enumerated() {
            if isCancelled() { throw .cancelled }
            var generator = SeededGenerator(seed: recipe.seed, stream: 1000 + UInt64(index))
            outline += outlineCells(of: sample.crop)
            detail += hogVector(of: sample.crop)
            for _ in 0..<recipe.viewsPerSlice {
                let transform = ViewTransform(.outline, generator: &generator)
                for plane in [sample.crop.left, sample.crop.right] {
                    let moved = transform.applied(to: plane)
                    outline += cellMeans(
                        of: moved,
                        side: LungCrop.side,
                        cell: LungCrop.side / coarseCellCount
                    )
                }
                detail += hogVector(image: augmentedImage(sample.crop.image, generator: &generator))
            }
        }
        return (
            Matrix(rows: rows, columns: outlineCellCount, values: outline),
            Matrix(rows: rows, columns: hogCount, values: detail)
        )
    }
}

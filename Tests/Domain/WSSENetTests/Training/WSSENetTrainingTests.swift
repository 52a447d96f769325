import Learning
import LinearAlgebra
import Testing

@testable import WSSENet

@Suite("A whole training", .serialized)
struct WSSENetTrainingTests {
    @Test("lowers the loss of every stage, reports each epoch, and gives the same model again")
    func whole() throws {
        var run = try TrainingRun()
        (run.recipe.outlineSteps, run.recipe.detailSteps, run.recipe.densitySteps) = (40, 16, 80)
        // So that all steps are taken.
        run.recipe.patience = 40
        var first = try run.start()
        let model = try TrainingRun.finish(&first)
        for stage in Stage.allCases {
            let reports = first.reports.filter { $0.stage == stage }
            #expect(reports.map(\.epoch) == Array(1...run.recipe.steps(of: stage) / 2))
            #expect(reports.map(\.step) == reports.map { 2 * $0.epoch })
            let losses = reports.map(\.trainingLoss)
            let last = losses.suffix(losses.count / 4)
            let (begin, end) = (try #require(losses.first), last.reduce(0, +) / Float(last.count))
            // The density's loss falls most in its first steps.
            #expect(end < 0.85 * begin, "\(stage): \(begin) to \(end)")
            #expect(reports.allSatisfy { $0.testLoss?.isFinite == true && $0.rate > 0 })
        }
        #expect(first.reports.map(\.share) == first.reports.map(\.share).sorted())
        #expect(first.reports.last?.share == 1)
        var second = try run.start()
        #expect(try TrainingRun.finish(&second).serialized() == model.serialized())
        #expect(second.reports == first.reports)
        #expect(try EmbeddingModel(serialized: model.serialized()) == model)
        #expect(model.card.sliceCount == 16 && model.card.dataSetHash == "0a0b")
        #expect(model.card.stages.map(\.stage) == Stage.allCases)
    }

    @Test("of another seed gives another model")
    func seeds() throws {
        var run = try TrainingRun()
        var first = try run.start()
        run.recipe.seed = 4
        var second = try run.start()
        let models = [try TrainingRun.finish(&first), try TrainingRun.finish(&second)]
        #expect(models[0].parameters != models[1].parameters)
        #expect(models[0].usualDensity == models[1].usualDensity)
    }

    @Test("keeps the best epoch's weights and ends early where the test loss only grows")
    func early() throws {
        var run = try TrainingRun()
        // Far slices called similar: what is learned makes it worse.
        run.test = try madeUpSet(patients: 2..<3, slices: 6) { $0 }
        run.recipe.patience = 2
        run.recipe.isCentered = false
        (run.recipe.outlineSteps, run.recipe.detailSteps) = (40, 0)
        run.recipe.densitySteps = 0
        var training = try run.start()
        let model = try TrainingRun.finish(&training)
        let half = training.reports.filter { $0.epoch > 10 }
        let best = try #require(half.min { ($0.testLoss ?? 9) < ($1.testLoss ?? 9) })
        let result = try #require(model.card.stages.first)
        #expect(result.step == best.step && result.testLoss == best.testLoss)
        #expect(result.trainingLoss == best.trainingLoss && best.isBest)
        #expect(training.reports.last?.epoch == best.epoch + 2 && best.epoch < 18)
        // The kept weights are those of that epoch: they give its loss again.
        let test = try #require(run.test)
        let masks = BatchInput(OutlineEncoder.masks, count: 2 * 64 * 64, write: EncoderInputs.writeMasks)
        let loss = BatchLoss(
            outputs: try PlainVectors(.outline, Self.part(of: model, .outline)).vectors(
                of: test,
                inputs: [masks]
            ),
            labels: test.outline,
            slices: Array(0..<test.count),
            contrastiveWeight: 0
        )
        #expect(loss.listwise == best.testLoss)
        // The stages without steps have weights as they are before a training.
        #expect(model.card.stages.dropFirst().allSatisfy { $0.step == 0 && $0.testLoss == nil })
    }

    @Test("takes the training slices' mean from each part, where the recipe says so")
    func centered() throws {
        var run = try TrainingRun()
        (run.recipe.outlineSteps, run.recipe.detailSteps, run.recipe.densitySteps) = (6, 0, 0)
        run.recipe.isCentered = false
        var plain = try run.start()
        run.recipe.isCentered = true
        var centered = try run.start()
        let models = [try TrainingRun.finish(&plain), try TrainingRun.finish(&centered)]
        let masks = BatchInput(OutlineEncoder.masks, count: 2 * 64 * 64, write: EncoderInputs.writeMasks)
        let parts = try models.map { try Self.part(of: $0, .outline) }
        #expect(parts[0] == parts[1])
        let vectors = try PlainVectors(.outline, parts[0]).vectors(of: run.training, inputs: [masks])
        let mean = (0..<vectors.columns).map { column in
            (0..<vectors.rows).reduce(Float(0)) { $0 + vectors[$1, column] } / Float(vectors.rows)
        }
        #expect(length(mean) > 0.1)
        let crop = try madeUpCrop(level: 0.4, seed: 8)
        let found = try models.map { try SliceEmbedder($0, threadCount: 1).embed(crop).prefix(64) }
        let moved = zip(found[0], mean).map { $0 - $1 }
        let norm = Float(length(moved))
        #expect(relativeError(Array(found[1]), moved.map { $0 / norm }) < 1e-4)
    }

    @Test("without a test side takes all steps and keeps the last weights")
    func noTest() throws {
        var run = try TrainingRun()
        run.test = nil
        run.recipe.patience = 1
        run.recipe.weights = .init(outline: 0.2, detail: 0.7, histogram: 0, density: 0.1)
        var training = try run.start()
        let model = try TrainingRun.finish(&training)
        #expect(model.card.stages.map(\.step) == [12, 8, 12])
        #expect(training.reports.allSatisfy { $0.testLoss == nil && !$0.isBest })
        #expect(model.histogram == nil)
    }

    @Test("refuses patients on both sides, too few slices and a wrong recipe")
    func refused() throws {
        var run = try TrainingRun()
        run.test = try madeUpSet(patients: 1..<4, slices: 3)
        #expect(throws: WSSENetError.leak(patients: 1)) { try run.start() }
        run.test = nil
        run.training = try madeUpSet(patients: 0..<1, slices: 7)
        #expect(throws: WSSENetError.tooFewSlices(found: 7, needed: 8)) { try run.start() }
        run.recipe.rate = 2
        #expect(throws: WSSENetError.badRecipe("rate 2.0 is not within 1e-07...1.0")) { try run.start() }
    }

    /// The parameters of one stage in a model.
    static func part(of model: EmbeddingModel, _ stage: Stage) throws -> Parameters {
        let network = try stage.network()
        func arrays(_ all: NamedArrays, _ wanted: [(name: String, shape: [Int])]) -> NamedArrays {
            NamedArrays(wanted.map { ($0.name, $0.shape, all[$0.name] ?? []) })
        }
        return Parameters(
            trained: arrays(model.parameters.trained, network.parameters),
            statistics: arrays(model.parameters.statistics, network.statistics)
        )
    }
}

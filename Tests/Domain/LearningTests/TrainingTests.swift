import LinearAlgebra
import Lungs
import Orientation
import Testing

@testable import Learning

@Suite("Training")
struct TrainingTests {
    @Test("lowers the training loss and the test loss")
    func lossFalls() throws {
        var reports: [EpochReport] = []
        let outcome = try trainMadeUp(epochs: 12, report: { reports.append($0) })
        #expect(reports == outcome.reports && reports.map(\.epoch) == Array(1...12))
        let (first, last) = (try #require(reports.first), try #require(reports.last))
        #expect(last.trainingLoss < 0.7 * first.trainingLoss)
        #expect(outcome.bestEpoch > 0 && outcome.ending == .completed)
        let best = try #require(reports.first { $0.epoch == outcome.bestEpoch })
        #expect(best.testLoss < outcome.untrainedTestLoss)
        #expect(best.testLoss == reports.map(\.testLoss).min() && best.isBest)
        #expect(outcome.model.card.epoch == outcome.bestEpoch)
        #expect(outcome.model.card.testLoss == best.testLoss)
        #expect(last.secondsLeft == 0 && first.secondsLeft > 0)
        #expect(reports.map(\.secondsElapsed) == reports.map(\.secondsElapsed).sorted())
    }

    @Test("counts the steps of all epochs and tells the rate of each epoch's last one")
    func stepsAndRates() throws {
        // 36 slices in batches of 16.
        let (epochs, stepsInEpoch) = (12, 3)
        let reports = try trainMadeUp(epochs: epochs).reports
        #expect(reports.map(\.step) == (1...epochs).map { $0 * stepsInEpoch })
        let peak = TrainingRecipe().learningRate
        #expect(
            reports.map(\.rate)
                == reports.map { cycledRate(step: $0.step - 1, of: epochs * stepsInEpoch, peak: peak) }
        )
        let rates = reports.map(\.rate)
        #expect(rates.allSatisfy { 0 < $0 && $0 <= peak })
        #expect(rates.first.map { $0 < peak / 2 } == true && rates.last.map { $0 < peak / 100 } == true)
        #expect(rates.max().map { $0 > peak / 2 } == true)
    }

    @Test("repeats itself to the bit, and differs by seed")
    func repeatable() throws {
        let first = try trainMadeUp(epochs: 3)
        let again = try trainMadeUp(epochs: 3)
        #expect(first.model.serialized() == again.model.serialized())
        #expect(first.reports.map(\.trainingLoss) == again.reports.map(\.trainingLoss))
        let other = try trainMadeUp(epochs: 3, seed: 2)
        #expect(first.model.fingerprint != other.model.fingerprint)
    }

    @Test("of no epoch at all gives principal components alone")
    func untrained() throws {
        let outcome = try trainMadeUp(epochs: 0)
        #expect(outcome.bestEpoch == 0 && outcome.reports.isEmpty)
        let side = try madeUpSide(patients: 0..<3, slices: 12)
        let vectors = side.samples.map { hogVector(of: $0.crop) }
        let principal = PrincipalComponents(fitting: Matrix(stacking: vectors), count: 96)
        for sample in side.samples.prefix(3) {
            let projection = principal.project(hogVector(of: sample.crop))
            let norm = projection.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let detail = outcome.model.embed(sample.crop)[32..<128]
            for (value, expected) in zip(detail, projection) { #expect(abs(value - expected / norm) < 1e-4) }
        }
    }

    @Test("ends early when the test loss no longer falls, and keeps the best epoch")
    func stopsEarly() throws {
        // A rate at which nothing can be learned: the test loss jumps about.
        let outcome = try trainMadeUp(epochs: 60) {
            $0.learningRate = 0.5
            $0.patience = 3
        }
        guard case .stoppedEarly(let epoch) = outcome.ending else {
            Issue.record("ended with \(outcome.ending)")
            return
        }
        #expect(epoch == max(outcome.bestEpoch, 30) + 3 && epoch == outcome.reports.count)
    }

    @Test("refuses crops whose features are beyond single precision")
    func badSamples() throws {
        let side = try madeUpSide(patients: 0..<1, slices: 5)
        let huge = [Float](repeating: 3e38, count: LungCrop.side * LungCrop.side)
        let crop = try #require(LungCrop(image: huge, left: huge, right: huge))
        let sample = TrainingSample(id: [9], patient: [9], crop: crop)
        #expect(throws: TrainingError.self) {
            _ = try trainEmbedding(
                training: TrainingSide(samples: side.samples + [sample], pairs: []),
                test: side,
                dataSetHash: [],
                recipe: TrainingRecipe(epochs: 2),
                now: { 0 },
                report: { _ in },
                isCancelled: { false }
            )
        }
    }

    @Test("stops at once when asked to")
    func cancels() throws {
        for limit in [0, 5, 40] {
            var asked = 0
            #expect(throws: TrainingError.cancelled) {
                _ = try trainMadeUp(
                    epochs: 20,
                    isCancelled: {
                        asked += 1
                        return asked > limit
                    }
                )
            }
            #expect(asked == limit + 1)
        }
    }

    @Test("refuses what it cannot learn from, and says why")
    func refusals() throws {
        let side = try madeUpSide(patients: 0..<1, slices: 5)
        func train(
            _ training: TrainingSide,
            _ test: TrainingSide,
            _ recipe: TrainingRecipe = TrainingRecipe(epochs: 1)
        ) throws {
            _ = try trainEmbedding(
                training: training,
                test: test,
                dataSetHash: [],
                recipe: recipe,
                now: { 0 },
                report: { _ in },
                isCancelled: { false }
            )
        }
        let few = TrainingSide(samples: Array(side.samples.prefix(2)), pairs: [])
        #expect(throws: TrainingError.tooFewSamples(training: 5, test: 2)) { try train(side, few) }
        #expect(throws: TrainingError.tooFewSamples(training: 2, test: 5)) { try train(few, side) }
        func pair(_ second: Int, _ similarity: Float) -> TrainingPair {
            TrainingPair(
                first: 0,
                second: second,
                outlineSimilarity: similarity,
                detailSimilarity: 0,
                grade: 0
            )
        }
        for bad in [pair(5, 0), pair(-1, 0), pair(0, 0), pair(1, 1.5), pair(1, .nan)] {
            let wrong = TrainingSide(samples: side.samples, pairs: [bad])
            #expect(throws: TrainingError.self) { try train(wrong, side) }
            #expect(throws: TrainingError.self) { try train(side, wrong) }
        }
        var recipe = TrainingRecipe(epochs: 1)
        recipe.learningRate = .nan
        #expect(throws: TrainingError.self) { try train(side, side, recipe) }
        #expect(TrainingError.badRecipe("x").description.contains("x"))
    }
}

@Suite("What is kept of a run")
struct EpochJudgeTests {
    private func judged(_ losses: [(Float, Float)], epochs: Int, patience: Int) -> (EpochJudge, [Bool]) {
        var judge = EpochJudge(epochs: epochs, patience: patience, untrainedTestLoss: 1)
        var kept: [Bool] = []
        for (index, loss) in losses.enumerated() where judge.ending == nil {
            kept.append(judge.judge(epoch: index + 1, trainingLoss: loss.0, testLoss: loss.1))
        }
        return (judge, kept)
    }

    @Test("is the lowest test loss of the second half")
    func best() {
        let (judge, kept) = judged(
            [(3, 0.1), (2, 0.5), (1, 0.6), (1, 0.4), (1, 0.5), (1, 0.4)],
            epochs: 6,
            patience: 9
        )
        #expect(kept == [false, false, false, true, false, false])
        #expect(judge.bestEpoch == 4 && judge.bestTestLoss == 0.4 && judge.ending == .completed)
    }

    @Test("is the untrained model when no epoch beats it")
    func untrained() {
        let (judge, _) = judged([(1, 2), (1, 2), (1, 1), (1, 2)], epochs: 4, patience: 9)
        #expect(judge.bestEpoch == 0 && judge.bestTestLoss == 1 && judge.ending == .completed)
    }

    @Test(
        "is the best before the first loss that is no number, whose epoch is named",
        arguments: [true, false]
    )
    func diverged(isTestLoss: Bool) {
        let broken: (Float, Float) = isTestLoss ? (1, .infinity) : (.nan, 0.1)
        let (judge, kept) = judged([(1, 0.9), (1, 0.8), (1, 0.7), broken, (1, 0.1)], epochs: 5, patience: 9)
        #expect(judge.ending == .diverged(epoch: 4))
        #expect(judge.bestEpoch == 3 && kept.count == 4)
    }

    @Test("is settled early when patience runs out in the second half")
    func patience() {
        let losses = [(Float, Float)](repeating: (1, 2), count: 20)
        let (judge, kept) = judged(losses, epochs: 20, patience: 4)
        #expect(judge.ending == .stoppedEarly(epoch: 14) && kept.count == 14)
    }
}

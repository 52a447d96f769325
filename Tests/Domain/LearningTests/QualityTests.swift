import Foundation
import Learning
import RealSlices
import TestKit
import Testing

/// Retrieval on real slices, leaving one patient out: the protocol of science.md, section D.
@Suite("Quality on real slices", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct QualityTests {
    private static let patient = "113_HM10395"

    private func model(
        _ sides: (training: TrainingSide, test: TrainingSide),
        epochs: Int
    ) throws -> TrainingOutcome {
        try trainEmbedding(
            training: sides.training,
            test: sides.test,
            dataSetHash: [],
            recipe: TrainingRecipe(epochs: epochs, seed: 1),
            now: { Date().timeIntervalSince1970 },
            report: { _ in },
            isCancelled: { false }
        )
    }

    @Test("training helps, and both beat chance by far", .timeLimit(.minutes(5)))
    func levels() throws {
        let real = try RealSlices()
        #expect(real.slices.count > 250)
        let sides = try real.labels(without: Self.patient, seed: 1)
        let untrained = try model(sides, epochs: 0)
        let trained = try model(sides, epochs: 60)
        #expect((trained.reports.last?.trainingLoss ?? 1) < 0.2 * (trained.reports.first?.trainingLoss ?? 0))
        let before = real.levelFigures(of: untrained.model, patient: Self.patient)
        let after = real.levelFigures(of: trained.model, patient: Self.patient)
        let hog = real.levelFigures(of: untrained.model, patient: Self.patient, weights: [0, 1, 0])
        print(
            "level error of the first hit, mAP: HOG-PCA96 \(hog), untrained parts \(before), trained \(after)"
        )
        // Random slices: 0.345 and 0.121. The prototype's HOG reaches 0.104 and 0.357 in this fold's protocol.
        #expect(before.error < 0.15 && before.precision > 0.30)
        #expect(after.error < 0.15 && after.precision > 0.36)
        // A trained model below the untrained one would have learned nothing. The first hits alone are 57 numbers whose
        // mean moves by 0.02 from seed to seed: no worse than that.
        #expect(after.precision > before.precision)
        #expect(after.error < before.error + 0.03)
    }
}

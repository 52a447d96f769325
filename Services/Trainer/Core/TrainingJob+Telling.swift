import Contracts
import Logging
import ServiceKit
import Storage
import WSSENet
import Wire

/// What a training tells people.
extension TrainingJob {
    static func text(of report: EpochReport, secondsLeft: Double) -> String {
        let test = report.testLoss.map { ", test \(Self.thousandths($0))" } ?? ""
        return "\(report.stage.rawValue): epoch \(report.epoch) of \(report.epochs), step \(report.step) of "
            + "\(report.steps), rate \(Self.twoDigits(report.rate)), loss "
            + "\(Self.thousandths(report.trainingLoss))\(test), \(Int(secondsLeft.rounded())) s left"
    }

    private static func thousandths(_ value: Float) -> String {
        guard value.isFinite, abs(value) < 1e6 else { return "\(value)" }
        return "\((Double(value) * 1_000).rounded() / 1_000)"
    }

    /// Two digits that count: the rate falls through several powers of ten.
    private static func twoDigits(_ value: Float) -> String {
        guard value.isFinite, value > 0 else { return "\(value)" }
        var scale = 1.0
        while Double(value) * scale < 10 { scale *= 10 }
        return "\((Double(value) * scale).rounded() / scale)"
    }

    /// The registry's row; losses are those of the detail that was kept.
    func summary(of outcome: TrainingThread.Outcome, dataSetID: Identifier) throws -> ModelSummary {
        let model = outcome.model
        guard let fingerprint = Fingerprint(exactly: model.fingerprint) else {
            throw TrainingFailure("the model's fingerprint is no SHA-256")
        }
        return ModelSummary(
            fingerprint: fingerprint,
            card: model.card,
            dataSetID: dataSetID,
            timeMilliseconds: self.service.clock.now(),
            epochs: UInt32(outcome.reports.count)
        )
    }

    func drawCurve(of reports: [EpochReport], fingerprint: Fingerprint) async {
        let folder = self.curvesFolder
        do {
            try await offPool {
                try DurableFile.createFolder(folder)
                let name = fingerprint.description.prefix(16)
                try DurableFile.write(try LearningCurve.jpeg(of: reports), to: "\(folder)/\(name).jpg")
            }
        } catch {
            // A picture for people: the model is worth keeping without it.
            self.logger.warning("the learning curve was not drawn", metadata: ["reason": "\(error)"])
        }
    }

    func log(
        _ outcome: TrainingThread.Outcome,
        data: TrainingData,
        summary: ModelSummary,
        run: JobRun
    ) {
        let stages = outcome.model.card.stages.map { "\($0.stage.rawValue) \($0.step)" }
        self.logger.info(
            "a model was trained",
            metadata: [
                "job": "\(run.id)", "model": "\(summary.fingerprint)", "dataSet": "\(data.dataSetID)",
                "seed": "\(outcome.model.card.recipe.seed)", "epochs": "\(summary.epochs)",
                "keptSteps": "\(stages.joined(separator: ", "))", "slices": "\(data.training.count)",
                "testSlices": "\(data.test?.count ?? 0)", "leftOut": "\(data.leftOut)",
                "testLoss": "\(summary.testLoss)",
            ]
        )
    }
}

extension ModelSummary {
    /// A candidate, by what its file tells.
    init(
        fingerprint: Fingerprint,
        card: ModelCard,
        dataSetID: Identifier,
        timeMilliseconds: UInt64,
        epochs: UInt32
    ) {
        let detail = card.stages.first { $0.stage == .detail }
        self.init(
            fingerprint: fingerprint,
            state: .candidate,
            dataSetID: dataSetID,
            timeMilliseconds: timeMilliseconds,
            trainingLoss: detail?.trainingLoss ?? TrainerStore.noLoss,
            testLoss: detail?.testLoss ?? TrainerStore.noLoss,
            epochs: epochs
        )
    }
}

import Contracts
import Learning
import Logging
import ServiceKit
import Storage
import Wire

/// One training from its data to a model in the registry, as a job.
struct TrainingJob: Sendable {
    static let kind = "training"

    let service: TrainerService
    let reader: TrainingReader
    let metrics: TrainerMetrics
    let logger: Logger
    let curvesFolder: String

    /// Share of the job's progress that is reading, before the first epoch.
    private static let readingShare = 0.35

    func run(_ run: JobRun) async throws -> JobCenter.Commit {
        let order = try StartTraining(encodedBytes: run.input)
        guard let dataSetID = order.dataSetID else { throw TrainingFailure("the job names no data set") }
        let start = ContinuousClock.now
        try await self.service.database.write { try TrainerStore.beginRun(run.id, in: $0) }
        let data = try await self.reader.read(dataSetID) { share, text in
            run.report(Self.readingShare * share, text)
        }
        run.report(Self.readingShare, "preparing views of \(data.training.samples.count) slices")
        let recipe = TrainingRecipe(epochs: Int(order.epochs), seed: order.seed)
        let outcome = try await self.train(data, recipe: recipe, run: run)
        let summary = try self.summary(of: outcome, dataSetID: dataSetID)
        await self.drawCurve(of: outcome, fingerprint: summary.fingerprint)
        self.metrics.trainingSeconds.observe(start.duration(to: .now).inSeconds)
        self.log(outcome, data: data, summary: summary, recipe: recipe, run: run)
        let bytes = outcome.model.serialized()
        let service = self.service
        return { transaction in
            try TrainerStore.insert(summary, bytes: bytes, jobID: run.id, in: transaction)
            if order.promote { try service.promote(summary.fingerprint, in: transaction) }
            return summary.fingerprint.description
        }
    }

    /// Trains on a thread of its own while this task commits epoch after epoch.
    private func train(
        _ data: TrainingData,
        recipe: TrainingRecipe,
        run: JobRun
    ) async throws -> TrainingOutcome {
        let (reports, continuation) = AsyncStream.makeStream(of: EpochReport.self)
        let start = ContinuousClock.now
        async let outcome = offPool {
            defer { continuation.finish() }
            var isUnheard = false
            return try trainEmbedding(
                training: data.training,
                test: data.test,
                dataSetHash: data.hash.bytes,
                recipe: recipe,
                now: { start.duration(to: .now).inSeconds },
                report: { if case .terminated = continuation.yield($0) { isUnheard = true } },
                isCancelled: { isUnheard || run.isCancelled }
            )
        }
        do {
            for await report in reports { try await self.record(report, run: run) }
        } catch {
            // An epoch that cannot be recorded ends the training too, not only the job.
            continuation.finish()
            throw error
        }
        return try await outcome
    }

    private func record(_ report: EpochReport, run: JobRun) async throws {
        let share = Double(report.epoch) / Double(max(report.epochs, 1))
        run.report(Self.readingShare + (1 - Self.readingShare) * share, Self.text(of: report))
        self.metrics.epochs.add()
        self.metrics.loss.set(Double(report.trainingLoss), "training")
        self.metrics.loss.set(Double(report.testLoss), "test")
        let epoch = EpochRecord(
            epoch: UInt32(report.epoch),
            trainingLoss: report.trainingLoss,
            testLoss: report.testLoss,
            secondsElapsed: report.secondsElapsed
        )
        let event = RunProgressed(
            jobID: run.id,
            epoch: epoch.epoch,
            epochs: UInt32(report.epochs),
            trainingLoss: report.trainingLoss,
            testLoss: report.testLoss,
            secondsLeft: Float(report.secondsLeft),
            step: UInt32(report.step),
            rate: report.rate
        )
        let events = self.service.events
        try await self.service.database.write { transaction in
            try TrainerStore.insert(epoch, of: run.id, in: transaction)
            try events.append(event, key: run.id.description, in: transaction)
        }
    }

    private static func text(of report: EpochReport) -> String {
        "epoch \(report.epoch) of \(report.epochs), step \(report.step), rate \(twoDigits(report.rate)), "
            + "loss \(thousandths(report.trainingLoss)), "
            + "test \(thousandths(report.testLoss)), \(Int(report.secondsLeft.rounded())) s left"
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

    /// The registry's row; losses are those of the epoch whose weights the model has.
    private func summary(of outcome: TrainingOutcome, dataSetID: Identifier) throws -> ModelSummary {
        let best = outcome.reports.first { $0.epoch == outcome.bestEpoch } ?? outcome.reports.first
        guard let best, let fingerprint = Fingerprint(exactly: outcome.model.fingerprint) else {
            throw TrainingFailure("the training diverged in its first epoch")
        }
        return ModelSummary(
            fingerprint: fingerprint,
            state: .candidate,
            dataSetID: dataSetID,
            timeMilliseconds: self.service.clock.now(),
            trainingLoss: best.trainingLoss,
            // No epoch was better than the principal components alone: the model is those.
            testLoss: outcome.bestEpoch == 0 ? outcome.untrainedTestLoss : best.testLoss,
            epochs: UInt32(outcome.bestEpoch)
        )
    }

    private func drawCurve(of outcome: TrainingOutcome, fingerprint: Fingerprint) async {
        let folder = self.curvesFolder
        do {
            try await offPool {
                try DurableFile.createFolder(folder)
                let name = fingerprint.description.prefix(16)
                try DurableFile.write(try LearningCurve.jpeg(of: outcome), to: "\(folder)/\(name).jpg")
            }
        } catch {
            // A picture for people: the model is worth keeping without it.
            self.logger.warning("the learning curve was not drawn", metadata: ["reason": "\(error)"])
        }
    }

    private func log(
        _ outcome: TrainingOutcome,
        data: TrainingData,
        summary: ModelSummary,
        recipe: TrainingRecipe,
        run: JobRun
    ) {
        self.logger.info(
            "a model was trained",
            metadata: [
                "job": "\(run.id)", "model": "\(summary.fingerprint)", "dataSet": "\(data.dataSetID)",
                "seed": "\(recipe.seed)", "epochs": "\(outcome.reports.count)",
                "bestEpoch": "\(outcome.bestEpoch)", "slices": "\(data.training.samples.count)",
                "testSlices": "\(data.test.samples.count)", "leftOut": "\(data.leftOut)",
                "testLoss": "\(summary.testLoss)", "untrainedTestLoss": "\(outcome.untrainedTestLoss)",
            ]
        )
    }
}

/// Why a training made no model.
struct TrainingFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

import Contracts
import Logging
import ServiceKit
import Storage
import WSSENet
import Wire

/// One training from its data to a model in the registry, as a job. An interrupted one goes on after its last epoch.
struct TrainingJob: Sendable {
    static let kind = "training"

    let service: TrainerService
    let reader: TrainingReader
    let metrics: TrainerMetrics
    let logger: Logger
    let curvesFolder: String
    /// Threads that a training computes with.
    let threadCount: Int

    /// Share of the job's progress that is reading, before the first epoch.
    static let readingShare = 0.35
    /// Beside the files of a training's state: which slices it learns from.
    private static let slicesName = "slices"

    func run(_ run: JobRun) async throws -> JobCenter.Commit {
        let order = try StartTraining.decode(run.input).request
        guard let dataSetID = order.dataSetID else { throw TrainingFailure("the job names no data set") }
        let start = ContinuousClock.now
        let data = try await self.reader.read(dataSetID) { share, text in
            run.report(Self.readingShare * share, text)
        }
        let recipe = try Self.recipe(of: order, for: data)
        let state = try await self.begin(run, recipe: recipe, data: data)
        run.report(Self.readingShare, "preparing \(data.training.count) slices")
        let thread = TrainingThread(data: data, recipe: recipe, threadCount: self.threadCount)
        let outcome: TrainingThread.Outcome
        do {
            outcome = try await self.train(thread, resuming: state, run: run)
        } catch let unusable as TrainingThread.UnusableState {
            self.logger.warning(
                "a training begins anew",
                metadata: ["job": "\(run.id)", "reason": "\(unusable.reason)"]
            )
            try await self.service.database.write { try TrainerStore.forgetProgress(of: run.id, in: $0) }
            outcome = try await self.train(thread, resuming: nil, run: run)
        }
        let summary = try self.summary(of: outcome, dataSetID: dataSetID)
        await self.drawCurve(of: outcome.reports, fingerprint: summary.fingerprint)
        self.metrics.trainingSeconds.observe(start.duration(to: .now).inSeconds)
        self.log(outcome, data: data, summary: summary, run: run)
        let bytes = outcome.model.serialized()
        let service = self.service
        return { transaction in
            try TrainerStore.insert(summary, bytes: bytes, jobID: run.id, in: transaction)
            if order.promote { try service.promote(summary.fingerprint, in: transaction) }
            return summary.fingerprint.description
        }
    }

    private static func recipe(of order: StartTraining, for data: TrainingData) throws -> WSSENetRecipe {
        var recipe = try WSSENetRecipe(WSSENetRecipe(seed: order.seed), changedBy: order.recipe ?? "{}")
        recipe.seed = order.seed
        // Labels that the data set does not have count nothing.
        if !data.hasDensities { recipe.densityLabelWeight = 0 }
        return recipe
    }

    /// Notes what the run learns from, and finds what an interruption has left of it.
    private func begin(
        _ run: JobRun,
        recipe: WSSENetRecipe,
        data: TrainingData
    ) async throws -> TrainingState? {
        try await self.service.database.write { transaction in
            try TrainerStore.noteRun(run.id, recipe: recipe.json, dataSetHash: data.hash, in: transaction)
            var files = try TrainerStore.files(of: run.id, in: transaction)
            // A slice that was removed since would move all others.
            guard files.removeValue(forKey: Self.slicesName) == data.slices else {
                try TrainerStore.forgetProgress(of: run.id, in: transaction)
                return nil
            }
            return TrainingState(files: files)
        }
    }

    /// Trains on a thread of its own while this task commits epoch after epoch.
    private func train(
        _ thread: TrainingThread,
        resuming state: TrainingState?,
        run: JobRun
    ) async throws -> TrainingThread.Outcome {
        let (epochs, continuation) = AsyncStream.makeStream(of: TrainingThread.Epoch.self)
        let secondsBefore = try await self.service.database.read {
            try TrainerStore.secondsElapsed(of: run.id, in: $0)
        }
        let start = ContinuousClock.now
        async let outcome = thread.run(
            resuming: state,
            deliver: { epoch in
                if case .terminated = continuation.yield(epoch) { return false }
                return true
            },
            isCancelled: { run.isCancelled },
            atEnd: { continuation.finish() }
        )
        do {
            for await epoch in epochs {
                let seconds = secondsBefore + start.duration(to: .now).inSeconds
                try await self.record(epoch, slices: thread.data.slices, seconds: seconds, run: run)
            }
        } catch {
            // An epoch that cannot be recorded ends the training too, not only the job.
            continuation.finish()
            throw error
        }
        return try await outcome
    }

    /// Commits an epoch with its event and all that is needed to go on after it: together or not at all.
    private func record(
        _ epoch: TrainingThread.Epoch,
        slices: [UInt8],
        seconds: Double,
        run: JobRun
    ) async throws {
        let report = epoch.report
        let secondsLeft = report.share > 0 ? seconds / report.share * (1 - report.share) : 0
        let share = Self.readingShare + (1 - Self.readingShare) * report.share
        run.report(share, Self.text(of: report, secondsLeft: secondsLeft))
        self.metrics.note(report)
        var files = epoch.state.files
        files[Self.slicesName] = slices
        let (events, saved) = (self.service.events, files)
        try await self.service.database.write { transaction in
            try TrainerStore.insert(report, secondsElapsed: seconds, of: run.id, in: transaction)
            try TrainerStore.save(saved, of: run.id, in: transaction)
            let event = RunProgressed(
                jobID: run.id,
                epoch: UInt32(report.epoch),
                epochs: UInt32(report.epochs),
                trainingLoss: report.trainingLoss,
                testLoss: report.testLoss ?? TrainerStore.noLoss,
                secondsLeft: Float(secondsLeft),
                step: try TrainerStore.stepCount(of: run.id, in: transaction),
                rate: report.rate,
                stage: report.stage.rawValue
            )
            try events.append(event, key: run.id.description, in: transaction)
        }
    }
}

/// Why a training made no model.
struct TrainingFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

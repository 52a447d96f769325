import Dispatch
import WSSENet
import Wire

/// One training from its first or next step to the model, on a thread of its own: its kernels' threads belong to it, and
/// nothing else waits while it computes.
struct TrainingThread: Sendable {
    let data: TrainingData
    let recipe: WSSENetRecipe
    let threadCount: Int

    /// An epoch that is over, and all that is needed to go on after it.
    struct Epoch: Sendable {
        let report: EpochReport
        let state: TrainingState
    }

    /// What came of a training.
    struct Outcome: Sendable {
        let model: EmbeddingModel
        /// Of all stages, those before an interruption among them.
        let reports: [EpochReport]
    }

    /// A state from which no training goes on, as of another release.
    struct UnusableState: Error {
        let reason: String
    }

    /// - Parameters:
    ///   - state: goes on from there.
    ///   - deliver: takes each epoch; false: nobody listens any more.
    ///   - isCancelled: looked at before each step.
    ///   - atEnd: called once, after the last epoch or the failure.
    /// - Throws: `CancellationError`, `UnusableState`, or what the training throws.
    func run(
        resuming state: TrainingState?,
        deliver: @escaping @Sendable (Epoch) -> Bool,
        isCancelled: @escaping @Sendable () -> Bool,
        atEnd: @escaping @Sendable () -> Void
    ) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "carina.training", qos: .utility).async {
                let outcome = Result {
                    try self.train(resuming: state, deliver: deliver, isCancelled: isCancelled)
                }
                atEnd()
                continuation.resume(with: outcome)
            }
        }
    }

    private func train(
        resuming state: TrainingState?,
        deliver: (Epoch) -> Bool,
        isCancelled: () -> Bool
    ) throws -> Outcome {
        var training = try self.training(resuming: state)
        while training.stage != nil {
            if isCancelled() { throw CancellationError() }
            guard let report = try training.step() else { continue }
            guard deliver(Epoch(report: report, state: try training.state())) else {
                throw CancellationError()
            }
        }
        return Outcome(model: try training.model(), reports: training.reports)
    }

    private func training(resuming state: TrainingState?) throws -> WSSENetTraining {
        do {
            return try WSSENetTraining(
                self.data.training,
                test: self.data.test,
                recipe: self.recipe,
                dataSetHash: self.data.hash.description,
                threadCount: self.threadCount,
                resuming: state
            )
        } catch {
            throw state == nil ? error : UnusableState(reason: "\(error)")
        }
    }
}

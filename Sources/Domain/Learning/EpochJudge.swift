/// Decides after each epoch whether its weights are kept, and whether the run goes on.
///
/// Only the second half of the cycle can be kept: before it the steps are long, and a low test loss on a few patients is
/// luck (measured: such epochs retrieve worse than the untrained model).
struct EpochJudge {
    let epochs: Int
    let patience: Int
    /// The epoch whose weights are kept; 0: the untrained ones.
    private(set) var bestEpoch = 0
    /// Test loss of what is kept.
    private(set) var bestTestLoss: Float
    /// How the run ended; nil while it goes on.
    private(set) var ending: TrainingEnding?

    init(epochs: Int, patience: Int, untrainedTestLoss: Float) {
        self.epochs = epochs
        self.patience = patience
        bestTestLoss = untrainedTestLoss
    }

    /// - Returns: whether the epoch's weights are the best so far.
    mutating func judge(epoch: Int, trainingLoss: Float, testLoss: Float) -> Bool {
        guard trainingLoss.isFinite, testLoss.isFinite else {
            ending = .diverged(epoch: epoch)
            return false
        }
        let isBest = 2 * epoch > epochs && testLoss < bestTestLoss
        if isBest { (bestEpoch, bestTestLoss) = (epoch, testLoss) }
        if epoch == epochs {
            ending = .completed
        } else if epoch - max(bestEpoch, epochs / 2) >= patience {
            ending = .stoppedEarly(epoch: epoch)
        }
        return isBest
    }
}

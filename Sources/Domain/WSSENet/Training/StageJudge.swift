import Learning

/// Decides after each epoch of a stage whether its weights are kept, and whether the stage goes on.
///
/// Only the second half of the cycle can be kept: before it the steps are long, and a low test loss on a few patients is
/// luck. Without a test side the last weights are kept.
struct StageJudge: Codable, Equatable {
    let epochs: Int
    let patience: Int
    /// The epoch whose weights are kept; 0: none yet.
    private(set) var bestEpoch = 0
    /// Test loss of what is kept.
    private(set) var bestTestLoss: Float?
    /// Whether nothing better came for so long that the stage ends.
    private(set) var isFinished = false

    init(epochs: Int, patience: Int) {
        self.epochs = epochs
        self.patience = patience
    }

    /// - Returns: whether the epoch's weights are the best so far.
    mutating func judge(epoch: Int, testLoss: Float?) -> Bool {
        guard let testLoss else { return false }
        let isBest = 2 * epoch > epochs && testLoss < bestTestLoss ?? .infinity
        if isBest { (bestEpoch, bestTestLoss) = (epoch, testLoss) }
        if epoch - max(bestEpoch, epochs / 2) >= patience { isFinished = true }
        return isBest
    }
}

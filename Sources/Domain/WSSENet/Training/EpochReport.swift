/// What one epoch of a stage came to.
package struct EpochReport: Sendable, Codable, Equatable {
    /// Which stage.
    package let stage: Stage
    /// 1 for the stage's first.
    package let epoch: Int
    /// Epochs of the stage.
    package let epochs: Int
    /// Steps of the stage that are done.
    package let step: Int
    /// Steps of the stage.
    package let steps: Int
    /// The learning rate of the last step.
    package let rate: Float
    /// Mean loss of the epoch's batches.
    package let trainingLoss: Float
    /// Loss over the test slices after the epoch; nil without a test side.
    package let testLoss: Float?
    /// Whether these weights are the best of the stage so far.
    package let isBest: Bool
    /// Share of the whole training that is done, 0...1, by steps weighted with what they cost.
    package let share: Double
}

package import Learning

/// Everything that decides which warps a registration learns, beside its slices. Stored with the model.
package struct RegistrationRecipe: Sendable, Codable, Equatable {
    /// Seed of the first weights, of the pairs and of their jitter.
    package var seed: UInt64
    /// Training steps.
    package var stepCount = 900
    /// Pairs of a step.
    package var batch = 48
    /// Largest rate of the one cycle.
    package var rate: Float = 2e-3
    /// Decay of the weights, times the rate.
    package var decay: Float = 1e-4
    /// Longer gradients are shortened to it.
    package var maximumLength: Float = 1
    /// Share of pairs of one patient whose levels differ by less than `nearLevel`.
    package var nearShare = 0.4
    /// Share of pairs of two patients whose levels differ by less than `crossLevel`; all other pairs are
    /// any two slices.
    package var crossShare = 0.35
    /// See `nearShare`.
    package var nearLevel = 0.15
    /// See `crossShare`.
    package var crossLevel = 0.12
    /// Standard deviation of the four linear numbers of the random map that is put on each slice of a pair.
    package var jitterLinear: Float = 0.06
    /// Of its shift, in halves of the image.
    package var jitterShift: Float = 0.04
    /// What the terms of the engine's registration loss count.
    package var weights = RegistrationLoss.Weights()
    /// What 1 - cosine of the orientation maps counts beside them; 0: none.
    package var orientationWeight: Float = 1

    /// The method's own constants.
    package init(seed: UInt64 = 1) { self.seed = seed }

    /// Says what is wrong with the recipe, or nil.
    package var flaw: String? {
        if !(1...100_000).contains(stepCount) { return "stepCount \(stepCount) is not within 1...100000" }
        if !(2...1024).contains(batch) { return "batch \(batch) is not within 2...1024" }
        if !(rate > 0 && rate <= 1) { return "rate \(rate) is not within 0...1" }
        let shares = [nearShare, crossShare, nearShare + crossShare, nearLevel, crossLevel]
        if !shares.allSatisfy({ (0...1).contains($0) }) { return "a share is not within 0...1" }
        let others = [
            decay, jitterLinear, jitterShift, orientationWeight, weights.affineDice, weights.correlation,
            weights.bending, weights.displacementSize, weights.affineSize,
        ]
        if !others.allSatisfy({ $0 >= 0 && $0 <= 100 }) { return "a weight is not within 0...100" }
        return maximumLength > 0 ? nil : "maximumLength \(maximumLength) is not above 0"
    }

    /// The loss on images of a side.
    func loss(side: Int = LocalizationNetwork.side) -> PairLoss {
        PairLoss(weights, orientation: orientationWeight, side: side)
    }
}

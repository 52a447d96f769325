package import WSSENet

extension LearningSource {
    /// A recipe as this source needs it.
    package func adapted(_ base: WSSENetRecipe, seed: UInt64) -> WSSENetRecipe {
        var recipe = base
        recipe.seed = seed
        if self.labels == nil { (recipe.labelWeight, recipe.contrastiveWeight) = (0, 1) }
        if self == .untrained { (recipe.outlineSteps, recipe.detailSteps, recipe.densitySteps) = (0, 0, 0) }
        return recipe
    }
}

/// Trains a network on all of a set: there is no test side, so all steps are taken.
///
/// - Parameter progress: told the share that is done, at every tenth step.
/// - Throws: `WSSENetError`, `TrainingDivergence` or `TensorError`.
package func trainedNetwork(
    _ set: TrainingSet,
    recipe: WSSENetRecipe,
    threadCount: Int,
    progress: (Double) -> Void = { _ in }
) throws -> EmbeddingModel {
    var training = try WSSENetTraining(
        set,
        test: nil,
        recipe: recipe,
        dataSetHash: "",
        threadCount: threadCount
    )
    let steps = Stage.allCases.reduce(0) { $0 + recipe.steps(of: $1) }
    var done = 0
    while training.stage != nil {
        _ = try training.step()
        done += 1
        if done % 10 == 0 { progress(Double(done) / Double(max(1, steps))) }
    }
    return try training.model()
}

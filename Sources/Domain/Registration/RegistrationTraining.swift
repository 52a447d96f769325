package import Learning

/// How far a training is.
package struct RegistrationProgress: Sendable, Equatable {
    /// Steps that are done.
    package let step: Int
    /// All steps.
    package let stepCount: Int
    /// Running means, a step counting 0.02: the loss, and Dice after the affine map and after the grid.
    package let loss: Float
    /// See `loss`.
    package let affineDice: Float
    /// See `loss`.
    package let gridDice: Float
}

/// What a caller wants to know of a training while it runs.
package struct RegistrationHooks {
    /// Called after each step.
    package var progress: (RegistrationProgress) -> Void = { _ in }
    /// Asked before each step.
    package var isCancelled: () -> Bool = { false }
    /// Given what is needed to go on after a crash, each time so many steps were done.
    package var save: (Checkpoint) throws -> Void = { _ in }
    /// Steps between two calls of `save`; 0: never.
    package var saveInterval = 0

    /// Hooks that do nothing.
    package init() {}
}

/// Trains a registration without any labels.
///
/// All kernels run on one thread each and every pair's gradient is computed by itself, so the same slices,
/// recipe and seed give the same model, to the bit, for any number of threads.
///
/// - Parameters:
///   - pool: at least `RegistrationPool.countMinimum` slices.
///   - unseen: slices of other patients, by which the model's quality is measured; nil: those of the pool.
///   - checkpoint: goes on from there; of the same recipe and slices.
/// - Throws: `RegistrationError`, `TrainingDivergence`, `TensorError`, `CheckpointError`, or what `save`
///   throws.
package func trainRegistration(
    _ pool: RegistrationPool,
    unseen: RegistrationPool? = nil,
    recipe: RegistrationRecipe,
    threadCount: Int,
    resuming checkpoint: Checkpoint? = nil,
    hooks: RegistrationHooks = RegistrationHooks()
) throws -> RegistrationModel {
    if let flaw = recipe.flaw { throw RegistrationError.badRecipe(flaw) }
    guard pool.slices.count >= RegistrationPool.countMinimum else {
        throw RegistrationError.tooFewSlices(
            found: pool.slices.count,
            needed: RegistrationPool.countMinimum
        )
    }
    var run = try RegistrationRun(pool, recipe, threadCount: threadCount, resuming: checkpoint)
    while run.stepCount < recipe.stepCount {
        if hooks.isCancelled() { throw RegistrationError.cancelled }
        hooks.progress(try run.step())
        if hooks.saveInterval > 0, run.stepCount % hooks.saveInterval == 0, run.stepCount < recipe.stepCount {
            try hooks.save(try run.checkpoint())
        }
    }
    let model = try RegistrationModel(parameters: run.parameters, recipe: recipe, quality: nil)
    // A single slice has no pair.
    let others = unseen.flatMap { $0.slices.count < 2 ? nil : $0 }
    let judged = others ?? pool
    let quality = try registrationQuality(
        of: model,
        slices: judged.slices,
        pairs: PairDrawing(judged, recipe).pairs(ofQuality: RegistrationQuality.pairCount),
        arePatientsUnseen: others != nil,
        threadCount: threadCount
    )
    return try RegistrationModel(parameters: run.parameters, recipe: recipe, quality: quality)
}

import Learning
import LinearAlgebra
import Testing

@testable import WSSENet

/// A whole training on made-up slices that takes seconds.
struct TrainingRun {
    var recipe = WSSENetRecipe(seed: 3)
    var training: TrainingSet
    var test: TrainingSet?
    var dataSetHash = "0a0b"
    /// One: kernels on several threads wait for one another in a loop, and tests run beside other work.
    var threadCount = 1

    init() throws {
        training = try madeUpSet(patients: 0..<2, slices: 8)
        test = try madeUpSet(patients: 2..<3, slices: 6)
        recipe.batchSlices = 8
        (recipe.outlineSteps, recipe.detailSteps, recipe.densitySteps) = (12, 8, 12)
        recipe.densityLabelWeight = 0.5
    }

    func start(resuming state: TrainingState? = nil) throws -> WSSENetTraining {
        try WSSENetTraining(
            training,
            test: test,
            recipe: recipe,
            dataSetHash: dataSetHash,
            threadCount: threadCount,
            resuming: state
        )
    }

    /// Takes all steps that are left.
    static func finish(_ training: inout WSSENetTraining) throws -> EmbeddingModel {
        while training.stage != nil { _ = try training.step() }
        return try training.model()
    }
}

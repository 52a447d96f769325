import Learning
import LinearAlgebra
import Tensors

/// One stage of a training between two steps: its network, batches that are made ahead, and its loss.
protocol LearningStage {
    /// Which stage it is.
    var stage: Stage { get }
    /// Steps that were taken.
    var stepCount: Int { get }
    /// What is trained, as after the last step.
    var parameters: Parameters { get }

    /// One step; the loss.
    ///
    /// - Throws: `TrainingDivergence`.
    mutating func step() throws -> Float

    /// The loss over slices of other patients.
    func testLoss(_ test: TrainingSet) throws -> Float

    /// (n x m): the vectors of slices as they are.
    func vectors(of set: TrainingSet, _ parameters: Parameters) throws -> Matrix

    /// All that is needed to go on.
    func checkpoint(notes: [String: String]) throws -> Checkpoint
}

/// What all stages are made of.
struct StageMaterial {
    let set: TrainingSet
    let recipe: WSSENetRecipe
    let engine: ComputeEngine
    let loaderThreads: Int

    func schedule(peak: Float) -> RateSchedule { RateSchedule(.oneCycle(), peak: peak, warmUp: 0.15) }

    /// A network in training, new or from a checkpoint.
    func training(
        _ network: Network,
        rows: Int,
        stream: UInt64,
        precision: CompilationOptions.Precision,
        resuming checkpoint: Checkpoint?
    ) throws -> NetworkTraining {
        var generator = SeededGenerator(seed: recipe.seed, stream: stream)
        let first = Parameters(of: network, generator: &generator)
        let optimizer = AdamW(for: first.trained, decay: recipe.decay, scope: .everything)
        if let checkpoint {
            return try NetworkTraining(
                network,
                resuming: checkpoint,
                optimizer: optimizer,
                batch: rows,
                precision: precision,
                engine: engine,
                maximumLength: recipe.maximumLength
            )
        }
        return try NetworkTraining(
            network,
            parameters: first,
            optimizer: optimizer,
            batch: rows,
            precision: precision,
            engine: engine,
            maximumLength: recipe.maximumLength
        )
    }
}

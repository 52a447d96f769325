import Learning
import LinearAlgebra
import Tensors

/// A training between two steps.
struct RegistrationRun {
    private let recipe: RegistrationRecipe
    private let drawing: PairDrawing
    private let making: BatchMaking
    private let judge: BatchJudge
    private let schedule: RateSchedule
    private let notes: [String: String]
    private var training: NetworkTraining
    private var mean: RegistrationProgress?

    init(
        _ pool: RegistrationPool,
        _ recipe: RegistrationRecipe,
        threadCount: Int,
        resuming checkpoint: Checkpoint?
    ) throws {
        let network = try LocalizationNetwork.network()
        let parameters = LocalizationNetwork.parameters(of: network, seed: recipe.seed)
        let optimizer = AdamW(for: parameters.trained, decay: recipe.decay)
        self.recipe = recipe
        notes = [
            "registration_recipe": ModelTexts.json(recipe),
            "registration_slices": "\(pool.slices.count) \(pool.checksum)",
        ]
        drawing = PairDrawing(pool, recipe)
        judge = BatchJudge(recipe, threadCount: max(1, threadCount))
        making = BatchMaking(pool, withMaps: recipe.loss().readsMaps)
        schedule = RateSchedule(.oneCycle(), peak: recipe.rate, warmUp: 0.3)
        // One thread, so that the order of additions does not depend on how many there are.
        let engine = try ComputeEngine(threadCount: 1)
        if let checkpoint {
            guard checkpoint.notes == notes else {
                throw RegistrationError.otherTraining
            }
            training = try NetworkTraining(
                network,
                resuming: checkpoint,
                optimizer: optimizer,
                batch: recipe.batch,
                precision: .float32,
                engine: engine,
                maximumLength: recipe.maximumLength
            )
        } else {
            training = try NetworkTraining(
                network,
                parameters: parameters,
                optimizer: optimizer,
                batch: recipe.batch,
                precision: .float32,
                engine: engine,
                maximumLength: recipe.maximumLength
            )
        }
    }

    var stepCount: Int { training.stepCount }
    var parameters: Parameters { training.parameters }

    func checkpoint() throws -> Checkpoint {
        try training.checkpoint(epoch: 0, random: String(recipe.seed), notes: notes)
    }

    /// One step on the pairs of its number.
    mutating func step() throws -> RegistrationProgress {
        let pairs = drawing.pairs(step: training.stepCount)
        let (judge, making) = (judge, making)
        let parts = judge.inParts(pairs.count) { making.batch(of: pairs[$0]) }
        training.compiled.input(LocalizationNetwork.input).replace(with: parts.flatMap(\.input))
        var terms: [RegistrationLoss.Terms] = []
        let rate = schedule.rate(step: training.stepCount, of: recipe.stepCount)
        let value = try training.step(rate: rate) { compiled in
            let found = judge.evaluated(parts, compiled)
            terms = found.terms
            return found.value
        }
        return progress(value, terms)
    }

    private mutating func progress(
        _ loss: Float,
        _ terms: [RegistrationLoss.Terms]
    ) -> RegistrationProgress {
        let count = Float(terms.count)
        let affine = terms.reduce(0) { $0 + $1.affineDice } / count
        let grid = terms.reduce(0) { $0 + $1.dice } / count
        func running(_ before: Float?, _ now: Float) -> Float { before.map { 0.98 * $0 + 0.02 * now } ?? now }
        let next = RegistrationProgress(
            step: training.stepCount,
            stepCount: recipe.stepCount,
            loss: running(mean?.loss, loss),
            affineDice: running(mean?.affineDice, affine),
            gridDice: running(mean?.gridDice, grid)
        )
        mean = next
        return next
    }
}

import Learning
import LinearAlgebra
import Tensors

/// The stage of outline or detail: two views each of some slices, told apart as the labels tell the slices apart.
struct EncoderStage: LearningStage {
    let stage: Stage
    private let recipe: WSSENetRecipe
    private let labels: Matrix
    private let loader: BatchLoader
    private let loss: EncoderLoss
    private let schedule: RateSchedule
    private let steps: Int
    private var training: NetworkTraining
    /// The frozen outline encoder's parameters, where the stage stands on it.
    private let outline: Parameters?
    private let context: CompiledNetwork?

    /// - Parameter outline: the outline encoder's parameters; nil: this is the outline's stage.
    init(
        _ material: StageMaterial,
        outline: Parameters?,
        resuming checkpoint: Checkpoint?
    ) throws {
        let (set, recipe) = (material.set, material.recipe)
        self.stage = outline == nil ? .outline : .detail
        self.recipe = recipe
        self.outline = outline
        labels = stage == .outline ? set.outline : set.detail
        steps = stage == .outline ? recipe.outlineSteps : recipe.detailSteps
        schedule = material.schedule(peak: recipe.rate)
        loss = EncoderLoss(of: stage.rawValue, recipe: recipe)
        let rows = 2 * recipe.batchSlices
        let isOutline = outline == nil
        training = try material.training(
            isOutline ? try OutlineEncoder.network() : try DetailEncoder.network(),
            rows: rows,
            stream: isOutline ? 11 : 12,
            precision: !isOutline && recipe.usesBfloat16 ? .bfloat16 : .float32,
            resuming: checkpoint
        )
        context = try outline.map { outline in
            let storage = ParameterStorage(for: try OutlineEncoder.network())
            storage.load(outline)
            return try CompiledNetwork(
                try OutlineEncoder.network(),
                CompilationOptions(batch: rows, purpose: .inference),
                storage: storage,
                engine: material.engine
            )
        }
        let plan = BatchPlan(
            patients: set.patients,
            similarity: labels,
            recipe: recipe,
            stream: isOutline ? 21 : 22
        )
        let view =
            isOutline
            ? BatchView(recipe: .outline, inputs: [Self.masks])
            : BatchView(recipe: .detail, features: Self.features, inputs: [Self.masks] + Self.detail)
        loader = BatchLoader(
            BatchMaker(
                slices: set.slices,
                views: [view],
                seed: recipe.seed &+ (isOutline ? 31 : 32),
                plan: { batch in
                    let drawn = plan.slices(of: batch)
                    return (drawn + drawn).map { BatchRow($0) }
                }
            ),
            from: checkpoint?.step ?? 0,
            threadCount: material.loaderThreads
        )
    }

    private static let masks = BatchInput(
        OutlineEncoder.masks,
        count: OutlineEncoder.inputs[0].shape.reduce(1, *),
        write: EncoderInputs.writeMasks
    )
    private static let features = BatchInput(
        "features",
        count: EncoderInputs.featureCount,
        write: EncoderInputs.writeFeatures
    )
    private static let detail = [
        BatchInput(
            DetailEncoder.image,
            count: EncoderInputs.viewShape.count,
            write: EncoderInputs.writeImage
        ),
        BatchInput(
            DetailEncoder.maps,
            count: EncoderInputs.featureCount,
            of: .features,
            write: EncoderInputs.writeMaps
        ),
        BatchInput(
            DetailEncoder.skip,
            count: DetailEncoder.skipCount,
            of: .features,
            write: EncoderInputs.writeSkip
        ),
    ]

    var stepCount: Int { training.stepCount }
    var parameters: Parameters { training.parameters }

    mutating func step() throws -> Float {
        let batch = try loader.next()
        defer { loader.recycle(batch) }
        let slices = batch.rows.map { $0.slices[0] }
        for (name, values) in batch.inputs {
            if name == OutlineEncoder.masks, let context {
                context.input(name).replace(with: values)
            } else {
                training.compiled.input(name).replace(with: values)
            }
        }
        if let context {
            context.forward()
            training.compiled.input(DetailEncoder.outline)
                .replace(with: context.output(OutlineEncoder.output).copied())
        }
        let wanted = labels.selecting(slices)
        let rate = schedule.rate(step: training.stepCount, of: steps)
        let loss = loss
        return try training.step(rate: rate) { compiled in
            loss.evaluate(compiled, labels: wanted, slices: slices).value
        }
    }

    /// The labels' disagreement with the cosines of all slices, as they are.
    func testLoss(_ test: TrainingSet) throws -> Float {
        BatchLoss(
            outputs: try vectors(of: test, parameters),
            labels: stage == .outline ? test.outline : test.detail,
            slices: Array(0..<test.count),
            contrastiveWeight: 0
        ).listwise
    }

    func vectors(of set: TrainingSet, _ parameters: Parameters) throws -> Matrix {
        let masks = try PlainVectors(.outline, outline ?? parameters).vectors(of: set, inputs: [Self.masks])
        guard outline != nil else { return masks }
        return try PlainVectors(.detail, parameters)
            .vectors(of: set, inputs: Self.detail, features: Self.features, context: masks)
    }

    func checkpoint(notes: [String: String]) throws -> Checkpoint {
        try training.checkpoint(epoch: 0, random: String(recipe.seed), notes: notes)
    }
}

extension Matrix {
    /// The rows and columns of some indices, in their order: (b x b).
    func selecting(_ indices: [Int]) -> Matrix {
        var part = Matrix(rows: indices.count, columns: indices.count)
        for (row, first) in indices.enumerated() {
            for (column, second) in indices.enumerated() { part[row, column] = self[first, second] }
        }
        return part
    }
}

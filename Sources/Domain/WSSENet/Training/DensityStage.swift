import Learning
import LinearAlgebra
import Tensors

/// The stage of density: views of slices with lesions put into them, to be found again in the same slice, or in a similar one
/// of another patient, among those with the lesion elsewhere or without it; and, where the recipe says so, slices told apart
/// as the labels tell their density apart.
struct DensityStage: LearningStage {
    private let recipe: WSSENetRecipe
    private let set: TrainingSet
    private let lesions: DrawnLesions
    private let cells: BatchInput
    private let loader: BatchLoader
    private let schedule: RateSchedule
    private var training: NetworkTraining

    private static let views = ViewRecipe(
        rotation: 0.05,
        scale: 0.03,
        aspect: 0.03,
        shift: 0.02,
        curve: 0.1,
        gain: 0.06,
        offset: 0.02,
        blurredShare: 0.3,
        noise: 0.05
    )

    /// - Parameter usual: (64 x 64), see `DensityEncoder`.
    init(_ material: StageMaterial, usual: [Float], resuming checkpoint: Checkpoint?) throws {
        let (set, recipe) = (material.set, material.recipe)
        (self.set, self.recipe) = (set, recipe)
        schedule = material.schedule(peak: recipe.rate)
        training = try material.training(
            try DensityEncoder.network(),
            rows: 4 * recipe.batchSlices,
            stream: 13,
            precision: recipe.usesBfloat16 ? .bfloat16 : .float32,
            resuming: checkpoint
        )
        let lesions = DrawnLesions(
            seed: recipe.seed,
            areas: Self.areas(of: set),
            count: recipe.batchSlices
        )
        self.lesions = lesions
        var drawing = recipe
        drawing.patientPower = recipe.densityPatientPower
        let plan = BatchPlan(
            patients: set.patients,
            similarity: set.density,
            recipe: drawing,
            stream: 23
        )
        let partners = PartnerPlan(
            patients: set.patients,
            similarity: set.detail,
            share: recipe.partnerShare
        )
        let cells = BatchInput(DensityEncoder.cells, count: DensityEncoder.inputCount) { view, row in
            DensityEncoder.writeCells(view, usual: usual, into: &row)
        }
        self.cells = cells
        loader = BatchLoader(
            BatchMaker(
                slices: set.slices,
                views: [BatchView(recipe: Self.views, inputs: [cells])],
                seed: recipe.seed &+ 33,
                change: { lesions.apply(to: &$0, at: $1, of: $2) },
                plan: { batch in
                    var generator = SeededGenerator(seed: recipe.seed &+ UInt64(batch), stream: 24)
                    let pairs = plan.slices(of: batch).map { ($0, partners.partner(of: $0, &generator)) }
                    return DrawnLesions.Role.allCases.flatMap { role in
                        pairs.map { DrawnLesions.row(role, anchor: $0.0, partner: $0.1) }
                    }
                }
            ),
            from: checkpoint?.step ?? 0,
            threadCount: material.loaderThreads
        )
    }

    let stage = Stage.density
    var stepCount: Int { training.stepCount }
    var parameters: Parameters { training.parameters }

    mutating func step() throws -> Float {
        let batch = try loader.next()
        defer { loader.recycle(batch) }
        let hasLesion = batch.rows.prefix(recipe.batchSlices).enumerated().map { anchor, row in
            lesions.hasLesion(row, batch: batch.number, anchor: anchor)
        }
        // Those without any lesion, which the labels tell apart.
        let slices = batch.rows.suffix(recipe.batchSlices).map { $0.slices[0] }
        for (name, values) in batch.inputs { training.compiled.input(name).replace(with: values) }
        let labels = set.density.selecting(slices)
        let weight = recipe.densityLabelWeight
        let rate = schedule.rate(step: training.stepCount, of: recipe.densitySteps)
        return try training.step(rate: rate) { compiled in
            let place = compiled.output(DensityEncoder.output)
            let shape = place.format.shape
            let vectors = Matrix(rows: shape[0], columns: shape[1], values: place.copied())
            let loss = DensityLoss(vectors, hasLesion: hasLesion)
            var (value, gradient) = (loss.value, loss.gradient)
            if weight > 0 {
                let without = Array(3 * slices.count..<4 * slices.count)
                let listwise = BatchLoss(
                    outputs: vectors.selecting(rows: without),
                    labels: labels,
                    slices: slices,
                    contrastiveWeight: 0
                )
                value += weight * listwise.listwise
                for (row, target) in without.enumerated() {
                    for column in 0..<shape[1] {
                        gradient[target, column] += weight * listwise.gradient[row, column]
                    }
                }
            }
            compiled.outputGradient(DensityEncoder.output).replace(with: gradient.values)
            return value
        }
    }

    /// The loss on slices without changes but lesions that are the same each time.
    func testLoss(_ test: TrainingSet) throws -> Float {
        let lesions = DrawnLesions(seed: 1, areas: Self.areas(of: test), count: test.count)
        let views = DrawnLesions.Role.allCases.flatMap { role in
            (0..<test.count).map { anchor in
                var view = test.view(anchor)
                let place = ViewPlace(batch: 0, row: role.rawValue * test.count + anchor)
                lesions.apply(to: &view, at: place, of: BatchRow(anchor, anchor))
                return view
            }
        }
        let hasLesion = (0..<test.count).map {
            lesions.hasLesion(BatchRow($0, $0), batch: 0, anchor: $0)
        }
        let vectors = try PlainVectors(.density, parameters).vectors(of: views, inputs: [cells])
        return DensityLoss(vectors, hasLesion: hasLesion).value
    }

    private static func areas(of set: TrainingSet) -> [LungArea] {
        (0..<set.count).map { LungArea(of: set.view($0)) }
    }

    func vectors(of set: TrainingSet, _ parameters: Parameters) throws -> Matrix {
        try PlainVectors(.density, parameters).vectors(of: set, inputs: [cells])
    }

    func checkpoint(notes: [String: String]) throws -> Checkpoint {
        try training.checkpoint(epoch: 0, random: String(recipe.seed), notes: notes)
    }
}

import Learning
import LinearAlgebra
import Lungs
import Orientation
import Tensors
import TestKit
import Testing

@testable import WSSENet

/// One training step of outline and detail on 16 views, eight slices twice, as the reference implementation took it.
@Suite(
    "Training steps against the reference",
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
)
struct GoldenStepTests {
    private let golden: GoldenEncoders
    private let slices: [Int]
    private let labels: Matrix

    init() throws {
        golden = try GoldenEncoders()
        slices = try golden.arrays.integers("step.slice_of_view")
        let values = try golden.arrays.floats("step.labels")
        labels = Matrix(rows: slices.count, columns: slices.count, values: values)
    }

    @Test("outline")
    func outline() throws {
        let side = OutlineEncoder.side
        let views = try GoldenView.all(of: "outline", in: golden.arrays)
        let planes = zip(views, slices).map { view, slice in
            let crop = golden.crops[slice]
            let masks = [crop.left, crop.right].map { cellMeans(of: $0, side: LungCrop.side, cell: 2) }
            return view.applied(to: masks, side: side, imageCount: 0).flatMap { $0 }
        }
        #expect(
            try golden.error(planes[0] + planes[1], "step.outline.first_two_views") < 1e-6
        )
        let masks = planes.flatMap { $0.map { $0 * 2 - 1 } }
        try step("outline", try OutlineEncoder.network(), golden.outline, [OutlineEncoder.masks: masks])
    }

    @Test("detail, on top of the outlines of the same views")
    func detail() throws {
        let views = try GoldenView.all(of: "detail", in: golden.arrays)
        let planes = zip(views, slices).map { view, slice in
            let crop = golden.crops[slice]
            let planes = [crop.image, crop.left, crop.right]
            return view.applied(to: planes, side: LungCrop.side, imageCount: 1).flatMap { $0 }
        }
        #expect(try golden.error(planes[0] + planes[1], "step.detail.first_two_views") < 1e-6)
        let seen = planes.map { EncodedView($0) }
        try step(
            "detail",
            try GoldenEncoders.detailNetwork(),
            golden.detail,
            [
                DetailEncoder.image: seen.flatMap(\.image), DetailEncoder.maps: seen.flatMap(\.maps),
                DetailEncoder.skip: seen.flatMap(\.skip), DetailEncoder.outline: try outlines(seen),
            ]
        )
    }

    /// The frozen outline encoder's vectors of views.
    private func outlines(_ views: [EncodedView]) throws -> [Float] {
        let network = try OutlineEncoder.network()
        let inference = try NetworkInference(
            network,
            parameters: golden.outline,
            precision: .float32,
            threadCount: 1
        )
        let place = TensorPlace(zeros: [views.count] + network.inputs[0].shape)
        place.replace(with: views.flatMap(\.masks))
        let found = try inference.outputs(of: [OutlineEncoder.masks: place], count: views.count)
        return try #require(found[OutlineEncoder.output])
    }

    private func step(
        _ stage: String,
        _ network: Network,
        _ parameters: Parameters,
        _ inputs: [String: [Float]]
    ) throws {
        let recipe = WSSENetRecipe()
        var training = try NetworkTraining(
            network,
            parameters: parameters,
            optimizer: AdamW(for: parameters.trained, decay: recipe.decay, scope: .everything),
            batch: slices.count,
            precision: .float32,
            engine: try ComputeEngine(threadCount: 1)
        )
        for (name, values) in inputs { training.compiled.input(name).replace(with: values) }
        let loss = EncoderLoss(of: stage, recipe: recipe)
        var vectors: [Float] = []
        var terms: BatchLoss?
        let value = try training.step(rate: recipe.rate) { compiled in
            vectors = compiled.output(stage).copied()
            let found = loss.evaluate(compiled, labels: labels, slices: slices)
            terms = found.terms
            return found.value
        }
        let found = try #require(terms)
        #expect(try golden.error(vectors, "step.\(stage).embeddings") < 1e-3)
        #expect(try golden.error([value], "step.\(stage).loss") < 1e-3)
        #expect(try golden.error([found.listwise], "step.\(stage).loss_listwise") < 1e-3)
        #expect(try golden.error([found.contrastive], "step.\(stage).loss_infonce") < 1e-3)
        try compare(training, stage)
    }

    private func compare(_ training: NetworkTraining, _ stage: String) throws {
        let after = training.parameters
        for (name, _) in training.network.parameters {
            let path = GoldenEncoders.torchPath(name).name
            let gradient = training.compiled.storage.gradient(of: name).copied()
            let slope = try golden.arrays.scalar("step.\(stage).gradient_norm.\(path)")
            let error = abs(length(gradient) - slope) / slope
            #expect(error < 1e-3, "gradient of \(name)")
            let moved = try golden.arrays.scalar("step.\(stage).norm_after_adamw_step.\(path)")
            #expect(abs(length(after.trained[name] ?? []) - moved) < 1e-3 * moved, "\(name)")
        }
        for (name, _) in training.network.statistics {
            let path = GoldenEncoders.torchPath(name).name
            let values = after.statistics[name] ?? []
            #expect(try golden.error(values, "step.\(stage).after_step.\(path)") < 1e-3, "\(name)")
        }
    }

    @Test("rates of all steps", arguments: [("outline", 250), ("detail", 300)])
    func rates(stage: String, stepCount: Int) throws {
        let schedule = RateSchedule(.oneCycle(), peak: WSSENetRecipe().rate, warmUp: 0.15)
        let found = (0..<stepCount).map { schedule.rate(step: $0, of: stepCount) }
        #expect(try golden.error(found, "schedule.\(stage).rate") < 1e-5)
    }
}

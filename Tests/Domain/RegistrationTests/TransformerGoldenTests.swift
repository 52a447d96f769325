import Learning
import LinearAlgebra
import Tensors
import TestKit
import Testing

@testable import Registration

/// Stage by stage against the prototype; 1e-3 is what the project asks for, and single precision gives more.
@Suite("The transformer against the prototype", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct TransformerGoldenTests {
    private let golden: GoldenTransformer

    init() throws { golden = try GoldenTransformer() }

    /// With the prototype's loss.
    private var reference: RegistrationRecipe {
        var recipe = RegistrationRecipe()
        recipe.orientationWeight = 0
        return recipe
    }

    private func goldenWarps() throws -> WarpParameters {
        WarpParameters(
            affine: try golden.arrays.floats("affine"),
            displacements: try golden.arrays.floats("grid")
        )
    }

    @Test("has 192,040 parameters")
    func count() throws {
        #expect(golden.parameters.trainedCount == 192_040)
        try golden.parameters.check(fit: try LocalizationNetwork.network())
    }

    @Test("the network's warps, its first convolution computed in halves")
    func forward() throws {
        let measurer = try PairMeasurer(model: try golden.model(), slices: golden.slices, threadCount: 1)
        let warps = try measurer.compared(golden.pairs).warps
        #expect(try golden.error(warps.affine, "affine") < 1e-4)
        #expect(try golden.error(warps.displacements ?? [], "grid") < 1e-4)
    }

    @Test("the network as a whole gives the same")
    func whole() throws {
        let network = try LocalizationNetwork.network()
        let inference = try NetworkInference(
            network,
            parameters: golden.parameters,
            precision: .float32,
            threadCount: 1
        )
        let input = TensorPlace(zeros: [golden.pairs.count, 6, 64, 64])
        input.replace(
            with: golden.pairs.flatMap { golden.slices[$0.moving].planes + golden.slices[$0.fixed].planes }
        )
        let outputs = try inference.outputs(of: [LocalizationNetwork.input: input], count: golden.pairs.count)
        let affine = (outputs[LocalizationNetwork.affine] ?? []).map { $0 * LocalizationNetwork.headScale }
        #expect(try golden.error(affine, "affine") < 1e-4)
    }

    @Test("places, blur and warped planes")
    func warps() throws {
        let warps = try goldenWarps()
        let grid = SamplingGrid(rows: 64, columns: 64)
        let places = (0..<4).flatMap { grid.places(warps, item: $0).values }
        #expect(try golden.error(places, "sampling_places_xy") < 1e-5)
        let moving = golden.images.moving.planes
        let blurred = (0..<4).flatMap { moving.values[moving.range(of: $0, channel: 0)] }
        #expect(try golden.error(blurred, "moving_blurred_image") < 1e-5)
        let warped = Warp(rows: 64, columns: 64).forward(moving, warps).output
        #expect(try golden.error(warped.values, "warped_by_grid") < 1e-4)
        let affine = Warp(rows: 64, columns: 64)
            .forward(moving, WarpParameters(affine: warps.affine)).output
        let masks = (0..<2).flatMap { affine.values[affine.range(of: $0)].dropFirst(64 * 64) }
        #expect(try golden.error(Array(masks), "warped_by_affine_masks") < 1e-4)
    }

    @Test("the loss's terms")
    func lossTerms() throws {
        let images = golden.images
        let found = reference.loss().evaluate(
            moving: images.moving,
            fixed: images.fixed,
            parameters: try goldenWarps(),
            factor: 1
        )
        #expect(try golden.error(found.values, "loss_terms.loss") < 1e-4)
        try compare(found.terms, "loss_terms")
    }

    private func compare(_ terms: [RegistrationLoss.Terms], _ prefix: String) throws {
        let columns: [(String, (RegistrationLoss.Terms) -> Float)] = [
            ("dice_affine", \.affineDice), ("dice_grid", \.dice), ("ncc", \.correlation),
            ("bending", \.bending), ("grid_size", \.displacementSize), ("affine_size", \.affineSize),
        ]
        for (name, value) in columns {
            #expect(try golden.error(terms.map(value), "\(prefix).\(name)") < 1e-3, "\(name)")
        }
    }

    @Test("one training step")
    func step() throws {
        let network = try LocalizationNetwork.network()
        var recipe = reference
        recipe.batch = golden.pairs.count
        var training = try NetworkTraining(
            network,
            parameters: golden.parameters,
            optimizer: AdamW(for: golden.parameters.trained, decay: recipe.decay, scope: .everything),
            batch: recipe.batch,
            precision: .float32,
            engine: try ComputeEngine(threadCount: 1)
        )
        training.compiled.input(LocalizationNetwork.input).replace(
            with: golden.pairs.flatMap { golden.slices[$0.moving].planes + golden.slices[$0.fixed].planes }
        )
        let images = golden.images
        let parts = [RegistrationBatch(input: [], moving: images.moving, fixed: images.fixed)]
        let judge = BatchJudge(recipe, threadCount: 1)
        var terms: [RegistrationLoss.Terms] = []
        try training.step(rate: recipe.rate) { compiled in
            let found = judge.evaluated(parts, compiled)
            terms = found.terms
            return found.value
        }
        try compare(terms, "train_mode")
        let largest = try network.parameters.map { try gradientNorm($0.name) }.max() ?? 0
        let parameters = training.parameters
        for (name, _) in network.parameters {
            let found = training.compiled.storage.gradient(of: name).copied()
            let expected = try gradientNorm(name)
            // A bias before a batch normalization has no effect: its gradient is rounding only.
            let isWithout = name.hasSuffix("conv.bias")
            #expect(abs(norm(found) - expected) < (isWithout ? 1e-5 * largest : 1e-3 * expected), "\(name)")
            let after = try golden.arrays.scalar(
                "train_mode.norm_after_adamw_step." + GoldenTransformer.torchName(name)
            )
            let moved = norm(parameters.trained[name] ?? [])
            #expect(abs(moved - after) < (isWithout ? 0.02 : 1e-4) * after, "\(name)")
        }
        for (name, _) in network.statistics {
            let values = parameters.statistics[name] ?? []
            #expect(
                try golden.error(values, "train_mode.after_step." + GoldenTransformer.torchName(name)) < 1e-4
            )
        }
    }

    private func gradientNorm(_ name: String) throws -> Double {
        try golden.arrays.scalar("train_mode.gradient_norm." + GoldenTransformer.torchName(name))
    }

    private func norm(_ values: [Float]) -> Double {
        values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    @Test("measures of all pairs")
    func measures() throws {
        let numbers = try golden.arrays.integers("labels.pairs")
        let all = stride(from: 0, to: numbers.count, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
        try compare(try golden.model(), all, "labels.measures_all_pairs")
        try compare(try golden.model(), golden.pairs, "labels.measures_four_pairs")
        try compare(nil, golden.pairs, "labels.measures_four_pairs_no_warp")
    }

    private func compare(_ model: RegistrationModel?, _ pairs: [PairMeasurer.Pair], _ name: String) throws {
        let measurer = try PairMeasurer(model: model, slices: golden.slices, threadCount: 2)
        let found = try measurer.measures(of: pairs)
        let expected = try golden.arrays.floats(name)
        for (column, value) in Self.columns.enumerated() {
            let wanted = stride(from: column, to: expected.count, by: Self.columns.count).map { expected[$0] }
            guard wanted.contains(where: { $0 != 0 }) else {
                #expect(found.allSatisfy { value($0) == 0 })
                continue
            }
            #expect(relativeError(found.map(value), wanted) < 1e-3, "column \(column)")
        }
    }

    /// In the golden file's order.
    private static let columns: [@Sendable (PairMeasures) -> Float] = [
        { $0.identityDice }, { $0.affineDice }, { $0.gridDice }, { $0.anisotropy }, { $0.logDeterminant },
        { $0.bending }, { $0.orientation },
    ]
}

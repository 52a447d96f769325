import Learning
import LinearAlgebra
import Lungs
import Testing

@testable import Registration

@Suite("Measures of pairs")
struct PairMeasurerTests {
    private let crops = PhantomCrops.training
    private var slices: [RegistrationSlice] { crops.map { RegistrationSlice($0) } }
    private static let model = Result {
        var recipe = RegistrationRecipe(seed: 2)
        recipe.stepCount = 60
        recipe.batch = 16
        return try trainRegistration(
            PhantomCrops.pool(PhantomCrops.training),
            recipe: recipe,
            threadCount: 2
        )
    }

    @Test("a slice lies on itself, and the warp of an untrained model changes nothing")
    func itself() throws {
        let network = try LocalizationNetwork.network()
        let untrained = try RegistrationModel(
            parameters: LocalizationNetwork.parameters(of: network, seed: 3),
            recipe: RegistrationRecipe(),
            quality: nil
        )
        for model in [nil, untrained] {
            let measurer = try PairMeasurer(model: model, slices: slices, threadCount: 1)
            for measures in try measurer.measures(of: [(3, 3), (0, 0)]) {
                #expect(abs(measures.identityDice - 1) < 1e-6)
                #expect(abs(measures.affineDice - 1) < 1e-4 && abs(measures.gridDice - 1) < 1e-4)
                #expect(abs(measures.orientation - 1) < 1e-4)
                #expect(measures.anisotropy == 0 && measures.logDeterminant == 0 && measures.bending == 0)
                #expect(abs(measures.outlineSimilarity - 1) < 1e-3)
            }
        }
        let pairs: [PairMeasurer.Pair] = [(0, 7), (9, 2)]
        let asTheyLie = try PairMeasurer(model: nil, slices: slices, threadCount: 1).measures(of: pairs)
        let still = try PairMeasurer(model: untrained, slices: slices, threadCount: 1).measures(of: pairs)
        for (a, b) in zip(asTheyLie, still) {
            #expect(abs(a.gridDice - b.gridDice) < 1e-4 && abs(a.orientation - b.orientation) < 1e-4)
        }
    }

    @Test("gives the same bits for any number of threads and in any company")
    func repeats() throws {
        let model = try Self.model.get()
        let count = crops.count
        let pairs = (0..<70).map { (moving: $0 % count, fixed: ($0 * 7 + 3) % count) }
        let one = try PairMeasurer(model: model, slices: slices, threadCount: 1).measures(of: pairs)
        for threadCount in [2, 5] {
            let measurer = try PairMeasurer(model: model, slices: slices, threadCount: threadCount)
            #expect(try measurer.measures(of: pairs) == one)
            #expect(try measurer.measures(of: pairs.reversed()) == one.reversed())
            #expect(try measurer.measures(of: [pairs[33]]) == [one[33]])
        }
        #expect(try PairMeasurer(model: model, slices: [], threadCount: 1).measures(of: []).isEmpty)
    }

    @Test("both directions together do not depend on the order")
    func symmetry() throws {
        let measurer = try PairMeasurer(model: try Self.model.get(), slices: slices, threadCount: 2)
        let forward = try measurer.symmetricMeasures(of: [(0, 7), (4, 21)])
        #expect(try measurer.symmetricMeasures(of: [(7, 0), (21, 4)]) == forward)
        #expect(try measurer.measures(of: [(0, 7), (4, 21)]) != forward)
    }

    @Test("a slice that was moved is brought back")
    func bringsBack() throws {
        let model = try Self.model.get()
        for crop in [crops[7], crops[16]] {
            let moved = try Self.moved(crop)
            let measurer = try PairMeasurer(
                model: model,
                slices: [RegistrationSlice(moved), RegistrationSlice(crop)],
                threadCount: 1
            )
            let measures = try measurer.measures(of: [(0, 1)])[0]
            #expect(measures.affineDice > measures.identityDice)
            #expect(measures.gridDice > measures.identityDice + 0.01)
        }
    }

    /// Shifted and turned a little.
    static func moved(_ crop: LungCrop) throws -> LungCrop {
        let affine: [Float] = [0.05, 0.06, 0.05, -0.06, -0.05, -0.06]
        let places = SamplingGrid(rows: 128, columns: 128).places(affine: affine.span).values
        let shape = SampledShape(channels: 1, height: 128, width: 128)
        let planes = [crop.image, crop.left, crop.right].map { plane in
            var output = plane
            var span = output.mutableSpan
            sample(into: &span, image: plane.span, shape: shape, border: .zeros, places: places.span)
            return output
        }
        return try #require(LungCrop(image: planes[0], left: planes[1], right: planes[2]))
    }

    @Test("refinement lowers the loss it follows, and brings lungs nearer")
    func refines() throws {
        let model = try Self.model.get()
        let pairs: [PairMeasurer.Pair] = [(0, 8), (13, 22), (6, 17)]
        let plain = try PairMeasurer(model: model, slices: slices, threadCount: 1).measures(of: pairs)
        let refined = try PairMeasurer(
            model: model,
            slices: slices,
            threadCount: 2,
            refinement: PairRefinement(stepCount: 10)
        ).measures(of: pairs)
        for (before, after) in zip(plain, refined) { #expect(after.gridDice > before.gridDice) }
    }

    @Test("stops when asked")
    func stops() throws {
        let measurer = try PairMeasurer(model: nil, slices: slices, threadCount: 1)
        #expect(throws: RegistrationError.cancelled) {
            try measurer.measures(of: [(0, 1)], isCancelled: { true })
        }
    }

    @Test("an alignment for people shows what was measured")
    func alignment() throws {
        let model = try Self.model.get()
        let moved = try Self.moved(crops[7])
        let before = try SliceAlignment(of: moved, onto: crops[7], model: nil)
        let after = try SliceAlignment(of: moved, onto: crops[7], model: model)
        #expect(zip(before.image, moved.image).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(before.crop?.left.count == moved.left.count)
        func distance(_ alignment: SliceAlignment) -> Float {
            zip(alignment.left, crops[7].left).reduce(0) { $0 + abs($1.0 - $1.1) }
                + zip(alignment.right, crops[7].right).reduce(0) { $0 + abs($1.0 - $1.1) }
        }
        #expect(distance(after) < distance(before))
        #expect(after.measures.gridDice > before.measures.gridDice)
    }

    @Test("stretching by singular values")
    func stretch() {
        #expect(AffineStretch([0, 0, 0.3, 0, 0, -0.2]) == AffineStretch([0, 0, 0, 0, 0, 0]))
        let twice = AffineStretch([1, 0, 0, 0, 0, 0])
        #expect(abs(twice.anisotropy - 0.6931) < 1e-3 && abs(twice.logDeterminant - 0.6931) < 1e-3)
        // A quarter turn stretches nothing.
        let turned = AffineStretch([-1, -1, 0, 1, -1, 0])
        #expect(abs(turned.anisotropy) < 1e-6 && abs(turned.logDeterminant) < 1e-6)
    }
}

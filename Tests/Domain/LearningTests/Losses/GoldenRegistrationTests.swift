import LinearAlgebra
import Testing

@testable import Learning

/// Against PyTorch, see `Golden/make_golden.py`.
@Suite("Warps and the registration's loss beside PyTorch")
struct GoldenRegistrationTests {
    private let golden: Golden

    init() throws { golden = try Golden("losses") }

    private func array(_ name: String) throws -> [Float] { golden[name].values }

    private func images(_ name: String) throws -> ImageBatch {
        let tensor = golden[name]
        try #require(tensor.shape.count == 4)
        return ImageBatch(
            count: tensor.shape[0],
            shape: SampledShape(channels: tensor.shape[1], height: tensor.shape[2], width: tensor.shape[3]),
            values: tensor.values
        )
    }

    /// The largest difference to a golden array, as a share of its largest element.
    private func error(_ found: [Float], _ name: String) throws -> Double {
        relativeError(found, try array(name).doubled)
    }

    @Test("warps and their gradients", arguments: [SampledBorder.zeros, .repeated])
    func warps(border: SampledBorder) throws {
        let name = border == .zeros ? "zeros" : "border"
        let (warp, upstream) = (Warp(rows: 12, columns: 12, border: border), try images("warp.upstream"))
        let parameters = WarpParameters(
            affine: try array("warp.affine"),
            displacements: try array("warp.grid")
        )
        let activations = warp.forward(try images("warp.image"), parameters)
        #expect(try error(activations.places.flatMap(\.values), "warp.places") < 1e-6)
        #expect(try error(activations.output.values, "warp." + name) < 1e-5)
        let gradient = warp.parameterGradient(activations, upstream: upstream)
        let imageGradient = warp.imageGradient(activations, upstream: upstream)
        #expect(try error(imageGradient.values, "warp.gradient.image." + name) < 1e-5)
        #expect(try error(gradient.affine, "warp.gradient.affine." + name) < 1e-4)
        #expect(try error(gradient.displacements ?? [], "warp.gradient.grid." + name) < 1e-4)
    }

    @Test("soft Dice")
    func dice() throws {
        let (a, b) = (try images("dice.a"), try images("dice.b"))
        var (values, gradientA, gradientB): ([Float], [Float], [Float]) = ([], [], [])
        for item in 0..<a.count {
            for channel in 0..<a.shape.channels {
                let range = a.range(of: item, channel: channel)
                let (planeA, planeB) = (a.values.span.extracting(range), b.values.span.extracting(range))
                let dice = SoftDice(planeA, planeB)
                values.append(dice.value)
                var slopes = [Float](repeating: 0, count: range.count)
                var span = slopes.mutableSpan
                dice.addGradient(times: 1, to: &span, planeA, planeB)
                gradientA += slopes
                slopes = [Float](repeating: 0, count: range.count)
                span = slopes.mutableSpan
                dice.addGradient(times: 1, to: &span, planeB, planeA)
                gradientB += slopes
            }
        }
        #expect(try error(values, "dice.value") < 1e-5)
        #expect(try error(gradientA, "dice.gradient.a") < 1e-5)
        #expect(try error(gradientB, "dice.gradient.b") < 1e-5)
    }

    @Test("masked correlation")
    func correlation() throws {
        let (a, b, mask) = (try images("ncc.a"), try images("ncc.b"), try images("ncc.mask"))
        let (found, exchanged) = (correlations(a, b, mask), correlations(b, a, mask))
        #expect(try error(found.values, "ncc.value") < 1e-5)
        #expect(try error(exchanged.values, "ncc.value") < 1e-5)
        #expect(try error(found.image, "ncc.gradient.a") < 1e-4)
        #expect(try error(exchanged.image, "ncc.gradient.b") < 1e-4)
        #expect(try error(found.mask, "ncc.gradient.mask") < 1e-4)
    }

    /// Of all items: values, gradients by the first image and by the mask.
    private func correlations(
        _ a: ImageBatch,
        _ b: ImageBatch,
        _ mask: ImageBatch
    ) -> (values: [Float], image: [Float], mask: [Float]) {
        var values: [Float] = []
        var (imageGradient, maskGradient): ([Float], [Float]) = ([], [])
        for item in 0..<a.count {
            let range = a.range(of: item)
            let (first, second) = (a.values.span.extracting(range), b.values.span.extracting(range))
            let weights = mask.values.span.extracting(range)
            let correlation = MaskedCorrelation(first, second, mask: weights)
            var slopes = [Float](repeating: 0, count: range.count)
            var maskSlopes = slopes
            var span = slopes.mutableSpan
            var maskSpan = maskSlopes.mutableSpan
            correlation.addGradients(
                times: 1,
                image: &span,
                mask: &maskSpan,
                first,
                second,
                mask: weights
            )
            values.append(correlation.value)
            imageGradient += slopes
            maskGradient += maskSlopes
        }
        return (values, imageGradient, maskGradient)
    }

    @Test("what the parameters themselves cost")
    func parameters() throws {
        let (grids, sizes, maps) = (
            try array("bending.grid"), try array("grid_size.grid"), try array("affine_size.affine")
        )
        let bending = (0..<2).map { BendingEnergy(grids.span.extracting($0 * 98..<$0 * 98 + 98), knots: 7) }
        let size = (0..<2).map { DisplacementSize(sizes.span.extracting($0 * 98..<$0 * 98 + 98)) }
        let affine = (0..<2).map { AffineSize(maps.span.extracting($0 * 6..<$0 * 6 + 6)) }
        #expect(try error(bending.map(\.value), "bending.value") < 1e-5)
        #expect(try error(bending.flatMap(\.gradient), "bending.gradient.grid") < 1e-5)
        #expect(try error(size.map(\.value), "grid_size.value") < 1e-5)
        #expect(try error(size.flatMap(\.gradient), "grid_size.gradient.grid") < 1e-5)
        #expect(try error(affine.map(\.value), "affine_size.value") < 1e-5)
        #expect(try error(affine.flatMap(\.gradient), "affine_size.gradient.affine") < 1e-5)
    }

    @Test("the whole loss")
    func registration() throws {
        let loss = RegistrationLoss(rows: 7, columns: 7)
        let found = loss.evaluate(
            moving: try images("registration.moving"),
            fixed: try images("registration.fixed"),
            parameters: WarpParameters(
                affine: try array("registration.affine"),
                displacements: try array("registration.grid")
            )
        )
        #expect(try error(found.values, "registration.value") < 1e-5)
        #expect(try error(found.gradient.affine, "registration.gradient.affine") < 1e-4)
        #expect(try error(found.gradient.displacements ?? [], "registration.gradient.grid") < 1e-4)
    }
}

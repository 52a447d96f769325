import Learning
import Lungs
import Tensors
import TestKit
import Testing

@testable import WSSENet

/// Stage by stage against the reference implementation; 1e-3 is what the project asks for, and single precision gives more.
@Suite(
    "Outline and detail encoder against the reference",
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)")
)
struct GoldenEncoderTests {
    private let golden: GoldenEncoders

    init() throws { golden = try GoldenEncoders() }

    @Test("have 112,288 and 284,336 parameters")
    func counts() throws {
        #expect(golden.outline.trainedCount == 112_288)
        #expect(golden.detail.trainedCount == 284_336)
        try golden.outline.check(fit: try OutlineEncoder.network())
        try golden.detail.check(fit: try GoldenEncoders.detailNetwork())
        try golden.ownDetail.check(fit: try DetailEncoder.network())
    }

    @Test("row hull and orientation maps", arguments: 0..<8)
    func inputs(slice: Int) throws {
        let arrays = try SharedData.golden("slice\(slice).npz")
        let crop = golden.crops[slice]
        // A white image shows the hull alone.
        let white = [Float](repeating: 1, count: crop.image.count)
        let shown = EncodedView(white + crop.left + crop.right).image
        let hull = try arrays.floats("row_hull")
        #expect(relativeError(Array(shown[..<white.count]), hull.map { ($0 - 0.3) * 2 }) < 1e-6)
        #expect(Array(shown[white.count...]) == crop.left + crop.right)
        let view = EncodedView(crop)
        #expect(try relativeError(view.features, arrays.floats("network_orientation_maps")) < 1e-4)
        #expect(relativeError(view.maps, view.features.map { $0 * 2 - 0.5 }) < 1e-6)
        #expect(abs(length(view.skip) - 10) < 1e-4)
    }

    @Test("each encoder alone")
    func encoders() throws {
        let views = golden.crops.map { EncodedView($0) }
        let vectors = try outputs(
            of: try OutlineEncoder.network(),
            golden.outline,
            [OutlineEncoder.masks: views.flatMap(\.masks)]
        )
        #expect(try golden.error(vectors, "eval.outline_vectors") < 1e-4)
        let details = try outputs(
            of: try GoldenEncoders.detailNetwork(),
            golden.detail,
            Self.inputs(views, outlines: vectors)
        )
        #expect(try golden.error(details, "eval.detail_vectors") < 1e-4)
    }

    /// Of the detail encoder.
    private static func inputs(_ views: [EncodedView], outlines: [Float]) -> [String: [Float]] {
        [
            DetailEncoder.image: views.flatMap(\.image), DetailEncoder.maps: views.flatMap(\.maps),
            DetailEncoder.skip: views.flatMap(\.skip), DetailEncoder.outline: outlines,
        ]
    }

    /// Of the network's one output.
    private func outputs(
        of network: Network,
        _ parameters: Parameters,
        _ inputs: [String: [Float]]
    ) throws -> [Float] {
        let count = golden.crops.count
        var places: [String: TensorPlace] = [:]
        for input in network.inputs {
            let place = TensorPlace(zeros: [count] + input.shape)
            place.replace(with: try #require(inputs[input.name]))
            places[input.name] = place
        }
        let inference = try NetworkInference(
            network,
            parameters: parameters,
            precision: .float32,
            threadCount: 1
        )
        return try #require(try inference.outputs(of: places, count: count)[network.outputs[0]])
    }

    /// The detail's weights are the reference's; its normalization is ours, so its own network says what is expected.
    @Test("embeddings, computed by all encoders as one network")
    func embeddings() throws {
        let density = try GoldenDensity()
        let model = try EmbeddingModel(
            parameters: EmbeddingNetwork.parameters([golden.outline, golden.ownDetail, density.parameters]),
            usualDensity: density.usual,
            histogram: nil,
            card: ModelCard(recipe: .withoutHistogram(), dataSetHash: "", sliceCount: 0, stages: [])
        )
        let found = try SliceEmbedder(model, threadCount: 2).embed(golden.crops)
        let (outlines, details) = (OutlineEncoder.count, DetailEncoder.count)
        #expect(try golden.error(found.flatMap { $0.prefix(outlines) }, "eval.outline_vectors") < 1e-4)
        let inner = found.flatMap { $0[outlines..<outlines + details] }
        let expected = try outputs(
            of: try DetailEncoder.network(),
            golden.ownDetail,
            Self.inputs(
                golden.crops.map { EncodedView($0) },
                outlines: try golden.arrays.floats("eval.outline_vectors")
            )
        )
        #expect(relativeError(inner, expected) < 1e-4)
    }
}

import Learning
import LinearAlgebra
import Testing

@testable import WSSENet

@Suite("A model's file")
struct EmbeddingModelTests {
    @Test("is read back equal, with and without histograms of gradients", arguments: [true, false])
    func roundTrip(hasHistogram: Bool) throws {
        let model = try madeUpModel(hasHistogram: hasHistogram)
        let read = try EmbeddingModel(serialized: model.serialized())
        #expect(read == model && read.serialized() == model.serialized())
        #expect(read.fingerprint == model.fingerprint && read.fingerprint.count == 32)
        #expect((read.histogram != nil) == hasHistogram)
        #expect(read.dimension == (hasHistogram ? 320 : 224))
        #expect(read.parts.map(\.name) == ["outline", "detail", "density"])
        #expect(abs(read.parts.reduce(0) { $0 + $1.weight } - 1) < 1e-6)
        let crop = try madeUpCrop(level: 0.4, seed: 3)
        let vectors = try [model, read].map { try SliceEmbedder($0, threadCount: 1).embed(crop) }
        #expect(vectors[0] == vectors[1] && vectors[0].count == read.dimension)
        #expect(try madeUpModel(hasHistogram: hasHistogram, seed: 10).fingerprint != model.fingerprint)
    }

    @Test("in half precision is half as large, another model, and read back equal")
    func halves() throws {
        let model = try madeUpModel()
        let half = try model.inHalves()
        #expect(try EmbeddingModel(serialized: half.serialized()) == half)
        #expect(half.serialized().count < model.serialized().count * 6 / 10)
        #expect(half.fingerprint != model.fingerprint)
        let crop = try madeUpCrop(level: 0.4, seed: 3)
        let exact = try SliceEmbedder(model, threadCount: 1).embed(crop)
        // Weights of eleven bits.
        #expect(relativeError(try SliceEmbedder(half, threadCount: 1).embed(crop), exact) < 5e-3)
    }

    @Test("is refused when a bit of any of its parts was changed, or bytes are missing")
    func damage() throws {
        let bytes = try madeUpModel().serialized()
        let header = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        var generator = SeededGenerator(seed: 4)
        // The header's length, the header, and every hundredth of the arrays.
        var places = [0, 6, 8, 7 + header] + (0..<8).map { _ in 8 + generator.below(header) }
        let data = bytes.count - 8 - header
        places += (0..<25).map { 8 + header + data * $0 / 25 + generator.below(data / 25) }
        places.append(bytes.count - 1)
        for place in places {
            var changed = bytes
            changed[place] ^= 1 << UInt8(generator.below(8))
            #expect(throws: ModelFileError.self, "byte \(place)") { try EmbeddingModel(serialized: changed) }
        }
        for count in [0, 7, 100, 8 + header, bytes.count - 4] {
            #expect(throws: ModelFileError.self, "cut to \(count)") {
                try EmbeddingModel(serialized: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: ModelFileError.self) { try EmbeddingModel(serialized: bytes + [0]) }
    }

    private static let format = "carina.wssenet 1"

    private func bytes(
        format: String = format,
        card: ModelCard? = nil,
        without: String = "",
        _ model: EmbeddingModel
    ) throws -> [UInt8] {
        var arrays: [(name: String, shape: [Int], values: [Float])] = [
            ("density.usual", [64, 64], model.usualDensity)
        ]
        if let histogram = model.histogram {
            arrays.append(("histogram.mean", [1568], histogram.mean))
            arrays.append(("histogram.components", [1568, 96], histogram.components.values))
        }
        return try NetworkFile(
            format: format,
            network: try EmbeddingNetwork.network(),
            parameters: model.parameters,
            texts: ["card": ModelTexts.json(card ?? model.card), "description": EmbeddingModel.summary],
            additions: NamedArrays(arrays.filter { $0.name != without })
        ).bytes
    }

    @Test("is refused when it is of another format, lacks an array, or its recipe does not fit")
    func kinds() throws {
        let model = try madeUpModel()
        #expect(try bytes(model) == model.serialized())
        #expect(throws: ModelFileError("carina.wssenet 2 and not carina.wssenet 1")) {
            try EmbeddingModel(serialized: try bytes(format: "carina.wssenet 2", model))
        }
        for name in ["density.usual", "histogram.mean", "histogram.components"] {
            #expect(throws: ModelFileError.self, "without \(name)") {
                try EmbeddingModel(serialized: try bytes(without: name, model))
            }
        }
        var card = model.card
        card.recipe.weights = WSSENetRecipe.withoutHistogram().weights
        #expect(throws: ModelFileError.self) { try EmbeddingModel(serialized: try bytes(card: card, model)) }
        let bare = try madeUpModel(hasHistogram: false)
        #expect(throws: ModelFileError.self) {
            try EmbeddingModel(serialized: try bytes(card: model.card, bare))
        }
        let outline = try OutlineEncoder.network()
        var generator = SeededGenerator(seed: 1)
        let foreign = try NetworkFile(
            format: Self.format,
            network: outline,
            parameters: Parameters(of: outline, generator: &generator),
            texts: [:]
        )
        #expect(throws: ModelFileError("of another network")) {
            try EmbeddingModel(serialized: foreign.bytes)
        }
    }

    @Test("is not made of another network's parameters")
    func parameters() throws {
        var generator = SeededGenerator(seed: 9)
        let parameters = Parameters(of: try OutlineEncoder.network(), generator: &generator)
        let model = try madeUpModel()
        #expect(throws: ParametersError.self) {
            try EmbeddingModel(
                parameters: parameters,
                usualDensity: model.usualDensity,
                histogram: nil,
                card: model.card
            )
        }
    }
}

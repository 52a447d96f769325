package import Learning
package import LinearAlgebra
import Lungs
import Orientation

/// A trained WSSENet with all that turns a slice's crop into the vector by which it is searched.
package struct EmbeddingModel: Sendable, Equatable {
    /// Of `EmbeddingNetwork`.
    package let parameters: Parameters
    /// (64 x 64): the usual density of each cell.
    package let usualDensity: [Float]
    /// Main directions of the histograms of gradients, 1,568 to 96; nil where they have no share.
    package let histogram: PrincipalComponents?
    /// How the model came about.
    package let card: ModelCard
    /// SHA-256 of the model's bytes (32): its name.
    package let fingerprint: [UInt8]
    private let bytes: [UInt8]

    /// Numbers of the histograms' part.
    package static let histogramCount = 96
    /// Name and version of the content; a reader refuses others. What is computed of a slice before the network belongs
    /// to it: masks, frame and crop (128 pixels, lungs' box 112, -1000...100 HU to 0...1), orientation maps, HOG.
    private static let format = "carina.wssenet 1"
    private static let cardKey = "card"
    static let summary =
        "Carina embedding of one axial chest CT slice by WSSENet: outline (lung masks), detail (grey values, orientation "
        + "maps, HOG), density (difference from the usual lung). Each part has unit length; distance = sum over the parts "
        + "of weight x squared Euclidean distance. Not a medical device."

    /// A model of what was trained.
    ///
    /// - Parameter inHalves: its numbers are rounded to half precision, and its file is half as large.
    /// - Throws: `ParametersError` if the parameters are not the network's.
    package init(
        parameters: Parameters,
        usualDensity: [Float],
        histogram: PrincipalComponents?,
        card: ModelCard,
        inHalves: Bool = false
    ) throws {
        let file = try NetworkFile(
            format: Self.format,
            network: try EmbeddingNetwork.network(),
            parameters: parameters,
            texts: [Self.cardKey: ModelTexts.json(card), "description": Self.summary],
            additions: Self.additions(usualDensity, histogram),
            inHalves: inHalves
        )
        let (usual, rounded) = try Self.read(file.additions)
        self.init(file.parameters, usual, rounded, card, file)
    }

    /// The same model with numbers of half precision, another one by its fingerprint.
    ///
    /// - Throws: `ParametersError` if a number is too large.
    package func inHalves() throws -> EmbeddingModel {
        try EmbeddingModel(
            parameters: parameters,
            usualDensity: usualDensity,
            histogram: histogram,
            card: card,
            inHalves: true
        )
    }

    /// Reads a model from the bytes of its file.
    ///
    /// - Throws: `ModelFileError`, which says what is damaged.
    package init(serialized: [UInt8]) throws(ModelFileError) {
        let network: Network
        do { network = try EmbeddingNetwork.network() } catch { throw ModelFileError("\(error)") }
        let file = try NetworkFile(
            serialized: serialized,
            format: Self.format,
            network: network,
            additions: Self.additionShapes
        )
        let card = try ModelTexts(file.texts).json(Self.cardKey, as: ModelCard.self)
        let (usual, histogram) = try Self.read(file.additions)
        guard (histogram != nil) == (card.recipe.weights.histogram > 0) else {
            throw ModelFileError("histograms that its recipe does not have, or the reverse")
        }
        self.init(file.parameters, usual, histogram, card, file)
    }

    private init(
        _ parameters: Parameters,
        _ usualDensity: [Float],
        _ histogram: PrincipalComponents?,
        _ card: ModelCard,
        _ file: NetworkFile
    ) {
        self.parameters = parameters
        self.usualDensity = usualDensity
        self.histogram = histogram
        self.card = card
        self.bytes = file.bytes
        self.fingerprint = file.fingerprint
    }

    /// The model as a safetensors file; reading it back gives an equal model.
    package func serialized() -> [UInt8] { bytes }

    /// The parts of the vector, in order. Their weights are the shares of the squared length.
    package var parts: [EmbeddingPart] {
        let weights = card.recipe.weights
        let detail = DetailEncoder.count + (histogram == nil ? 0 : Self.histogramCount)
        return [
            EmbeddingPart(name: OutlineEncoder.output, count: OutlineEncoder.count, weight: weights.outline),
            EmbeddingPart(
                name: DetailEncoder.output,
                count: detail,
                weight: weights.detail + weights.histogram
            ),
            EmbeddingPart(name: DensityEncoder.output, count: DensityEncoder.count, weight: weights.density),
        ]
    }

    /// By what the network's detail and the histograms, each of unit length, are scaled to be of unit length together.
    var detailShares: (own: Float, histogram: Float) {
        let weights = card.recipe.weights
        let whole = weights.detail + weights.histogram
        return ((weights.detail / whole).squareRoot(), (weights.histogram / whole).squareRoot())
    }

    /// Length of the vector.
    package var dimension: Int { parts.reduce(0) { $0 + $1.count } }

    private static let additionShapes: [(name: String, shape: [Int], isOptional: Bool)] = [
        ("density.usual", [DensityEncoder.side, DensityEncoder.side], false),
        ("histogram.mean", [hogCount], true),
        ("histogram.components", [hogCount, histogramCount], true),
    ]

    private static func read(
        _ additions: NamedArrays
    ) throws(ModelFileError) -> (usual: [Float], histogram: PrincipalComponents?) {
        guard let usual = additions["density.usual"] else {
            throw ModelFileError("array density.usual is missing")
        }
        guard let mean = additions["histogram.mean"], let components = additions["histogram.components"]
        else {
            return (usual, nil)
        }
        return (
            usual,
            PrincipalComponents(
                mean: mean,
                components: Matrix(rows: hogCount, columns: histogramCount, values: components)
            )
        )
    }

    private static func additions(_ usual: [Float], _ histogram: PrincipalComponents?) -> NamedArrays {
        var arrays: [(name: String, shape: [Int], values: [Float])] = [
            ("density.usual", [DensityEncoder.side, DensityEncoder.side], usual)
        ]
        if let histogram {
            arrays.append(("histogram.mean", [hogCount], histogram.mean))
            arrays.append(
                ("histogram.components", [hogCount, histogramCount], histogram.components.values)
            )
        }
        return NamedArrays(arrays)
    }
}

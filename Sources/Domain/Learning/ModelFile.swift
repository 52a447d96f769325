import LinearAlgebra
import Lungs
import Orientation

/// What stands in a model's file.
struct ModelFile {
    let parts: [EmbeddingPart]
    let card: ModelCard
    let outline: LearnedPart
    let detail: LearnedPart
    let density: DensityPart

    /// Name and version of this content. A reader refuses other versions: it could not compute the same vectors.
    private static let format = "carina.embedding"
    private static let version = "1"

    /// The constants by which crops and features are made. A model that was trained with others would be read without
    /// complaint and give wrong vectors, so they are compared.
    private static let preprocessing = [
        "crop": "128 px, lungs' box 112 px, -1000...100 HU to 0...1",
        "detail": "HOG: 8 orientations, 16 px cells, 2 x 2 blocks, L2-Hys",
        "outline": "mask means of 16 x 16 cells, left then right",
        "density": "mean(image * mask) / (mean(mask) + 0.15) of 16 x 16 cells",
    ]

    init(
        parts: [EmbeddingPart],
        card: ModelCard,
        outline: LearnedPart,
        detail: LearnedPart,
        density: DensityPart
    ) {
        self.parts = parts
        self.card = card
        self.outline = outline
        self.detail = detail
        self.density = density
    }

    func serialized() -> [UInt8] {
        var tensors: [String: SafeTensors.Tensor] = [:]
        func add(_ name: String, _ vector: [Float]) {
            tensors[name] = SafeTensors.Tensor(shape: [vector.count], values: vector)
        }
        func add(_ name: String, _ matrix: Matrix) {
            tensors[name] = SafeTensors.Tensor(shape: [matrix.rows, matrix.columns], values: matrix.values)
        }
        for (name, part) in [("outline", outline), ("detail", detail)] {
            add("\(name).mean", part.mean)
            add("\(name).components", part.layers.skip)
            add("\(name).first.weights", part.layers.firstWeights)
            add("\(name).first.bias", part.layers.firstBias)
            add("\(name).second.weights", part.layers.secondWeights)
            add("\(name).second.bias", part.layers.secondBias)
        }
        add("density.reference", density.reference)
        add("density.mean", density.principal.mean)
        add("density.components", density.principal.components)
        return SafeTensors(tensors: tensors, metadata: metadata()).serialized()
    }

    init(serialized bytes: [UInt8]) throws(ModelFileError) {
        let file = try SafeTensors(serialized: bytes)
        let texts = ModelTexts(file.metadata)
        guard try texts.text("format") == Self.format, try texts.text("version") == Self.version else {
            throw ModelFileError("not \(Self.format) of version \(Self.version)")
        }
        for (name, value) in Self.preprocessing {
            guard try texts.text("preprocessing.\(name)") == value else {
                throw ModelFileError("made with another preprocessing of \(name)")
            }
        }
        parts = try texts.json("parts", as: [EmbeddingPart].self)
        guard parts.map(\.name) == EmbeddingPart.standard.map(\.name),
            parts.allSatisfy({ (1...4096).contains($0.count) && $0.weight >= 0 && $0.weight.isFinite })
        else { throw ModelFileError("its parts are not outline, detail and density") }
        card = ModelCard(
            recipe: try texts.json("recipe", as: TrainingRecipe.self),
            dataSetHash: try texts.bytes("data_set_hash"),
            epoch: try texts.json("epoch", as: Int.self),
            trainingLoss: try texts.json("training_loss", as: Float?.self),
            testLoss: try texts.json("test_loss", as: Float?.self),
            untrainedTestLoss: try texts.json("untrained_test_loss", as: Float?.self)
        )
        let arrays = ModelArrays(file.tensors)
        outline = try arrays.learnedPart("outline", inputs: outlineCellCount, outputs: parts[0].count)
        detail = try arrays.learnedPart("detail", inputs: hogCount, outputs: parts[1].count)
        let cells = coarseCellCount * coarseCellCount
        density = DensityPart(
            reference: try arrays.vector("density.reference", cells),
            principal: PrincipalComponents(
                mean: try arrays.vector("density.mean", cells),
                components: try arrays.matrix("density.components", cells, parts[2].count)
            )
        )
    }

    private func metadata() -> [String: String] {
        var texts = [
            "format": Self.format,
            "version": Self.version,
            "description": ModelCard.summary,
            "parts": ModelTexts.json(parts),
            "recipe": ModelTexts.json(card.recipe),
            "seed": String(card.recipe.seed),
            "data_set_hash": hexadecimal(card.dataSetHash),
            "epoch": String(card.epoch),
            "training_loss": ModelTexts.json(card.trainingLoss),
            "test_loss": ModelTexts.json(card.testLoss),
            "untrained_test_loss": ModelTexts.json(card.untrainedTestLoss),
        ]
        for (name, value) in Self.preprocessing { texts["preprocessing.\(name)"] = value }
        return texts
    }
}

/// The arrays of a model's file, read with their shapes checked.
private struct ModelArrays {
    private let tensors: [String: SafeTensors.Tensor]

    init(_ tensors: [String: SafeTensors.Tensor]) { self.tensors = tensors }

    func vector(_ name: String, _ count: Int) throws(ModelFileError) -> [Float] {
        try tensor(name, [count]).values
    }

    func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelFileError) -> Matrix {
        Matrix(rows: rows, columns: columns, values: try tensor(name, [rows, columns]).values)
    }

    func learnedPart(_ name: String, inputs: Int, outputs: Int) throws(ModelFileError) -> LearnedPart {
        guard let hidden = tensors["\(name).first.bias"]?.shape.first else {
            throw ModelFileError("array \(name).first.bias is missing")
        }
        return LearnedPart(
            mean: try vector("\(name).mean", inputs),
            layers: DenseLayers(
                skip: try matrix("\(name).components", inputs, outputs),
                firstWeights: try matrix("\(name).first.weights", inputs, hidden),
                firstBias: try vector("\(name).first.bias", hidden),
                secondWeights: try matrix("\(name).second.weights", hidden, outputs),
                secondBias: try vector("\(name).second.bias", outputs)
            )
        )
    }

    private func tensor(_ name: String, _ shape: [Int]) throws(ModelFileError) -> SafeTensors.Tensor {
        guard let tensor = tensors[name] else { throw ModelFileError("array \(name) is missing") }
        guard tensor.shape == shape else {
            throw ModelFileError("array \(name) has the shape \(tensor.shape) instead of \(shape)")
        }
        return tensor
    }
}

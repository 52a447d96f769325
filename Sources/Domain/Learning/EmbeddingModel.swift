package import LinearAlgebra
package import Lungs
private import Orientation

/// Length of the outline part's input: two masks of 16 x 16 cells.
let outlineCellCount = 2 * coarseCellCount * coarseCellCount

/// A part whose layers were trained.
package struct LearnedPart: Sendable, Equatable {
    /// The training slices' mean (D).
    package let mean: [Float]
    /// What turns a centered input into the part.
    package let layers: DenseLayers

    /// The part for one input (D): unit length, or zero.
    func vector(for input: [Float]) -> [Float] {
        var centered = input
        for index in centered.indices { centered[index] -= mean[index] }
        var output = layers.output(of: centered)
        normalize(&output)
        return output
    }
}

/// The part that says where in the lungs it is denser than usual; fitted, not trained.
package struct DensityPart: Sendable, Equatable {
    /// (16 x 16): mean density of each cell over the training slices, by their share of lung.
    package let reference: [Float]
    /// Main directions of the differences from it.
    package let principal: PrincipalComponents

    /// Takes what was fitted before.
    package init(reference: [Float], principal: PrincipalComponents) {
        precondition(reference.count == principal.mean.count, "cells of two grids")
        self.reference = reference
        self.principal = principal
    }

    /// Fits to the training slices.
    init(fitting crops: [LungCrop], count: Int) {
        let cells = crops.map { densityCells(of: $0) }
        let places = coarseCellCount * coarseCellCount
        let reference = (0..<places).map { place in
            var (sum, share): (Float, Float) = (0, 0)
            for cell in cells {
                sum += cell.values[place] * cell.share[place]
                share += cell.share[place]
            }
            return sum / (share + 1e-3)
        }
        let differences = cells.map { Self.difference($0, from: reference) }
        self.init(
            reference: reference,
            principal: PrincipalComponents(fitting: Matrix(stacking: differences), count: count)
        )
    }

    /// The part for one slice: unit length, or zero.
    func vector(for crop: LungCrop) -> [Float] {
        var output = principal.project(difference(of: crop))
        normalize(&output)
        return output
    }

    /// (16 x 16) how much denser a slice is than the reference, of unit length.
    func difference(of crop: LungCrop) -> [Float] {
        Self.difference(densityCells(of: crop), from: reference)
    }

    private static func difference(
        _ cells: (values: [Float], share: [Float]),
        from reference: [Float]
    ) -> [Float] {
        var difference = reference.indices.map { (cells.values[$0] - reference[$0]) * cells.share[$0] }
        normalize(&difference)
        return difference
    }
}

/// How a model came about; written into its file.
package struct ModelCard: Sendable, Equatable {
    /// How it was trained.
    package let recipe: TrainingRecipe
    /// Hash of the labeled data set.
    package let dataSetHash: [UInt8]
    /// The epoch whose weights it has; 0: untrained.
    package let epoch: Int
    /// Training loss of that epoch; nil for the untrained model.
    package let trainingLoss: Float?
    /// Test loss after that epoch.
    package let testLoss: Float?
    /// Test loss of the untrained model.
    package let untrainedTestLoss: Float?

    /// Makes a card.
    package init(
        recipe: TrainingRecipe,
        dataSetHash: [UInt8],
        epoch: Int,
        trainingLoss: Float?,
        testLoss: Float?,
        untrainedTestLoss: Float?
    ) {
        self.recipe = recipe
        self.dataSetHash = dataSetHash
        self.epoch = epoch
        self.trainingLoss = trainingLoss
        self.testLoss = testLoss
        self.untrainedTestLoss = untrainedTestLoss
    }

    /// What the model is, for people.
    package static let summary =
        "Carina embedding of one axial chest CT slice: outline (two lung masks, 16 x 16 cells), detail (HOG of the "
        + "canonical frame, principal components and two dense layers), density (difference from the mean lung, "
        + "principal components). Each part has unit length. Distance = sum over the parts of weight x squared "
        + "Euclidean distance; weights: outline 0.2, detail 0.7, density 0.1. Not a medical device."
}

/// Turns a slice's crop into the vector that it is searched by.
package struct EmbeddingModel: Sendable, Equatable {
    /// The parts of the vector, in order.
    package let parts: [EmbeddingPart]
    /// How the model came about.
    package let card: ModelCard
    /// SHA-256 of the model's bytes (32): the name of this model.
    package let fingerprint: [UInt8]
    let outline: LearnedPart
    let detail: LearnedPart
    let density: DensityPart
    private let bytes: [UInt8]

    /// Length of the vector.
    package var dimension: Int { parts.reduce(0) { $0 + $1.count } }

    init(outline: LearnedPart, detail: LearnedPart, density: DensityPart, card: ModelCard) {
        let file = ModelFile(
            parts: EmbeddingPart.standard,
            card: card,
            outline: outline,
            detail: detail,
            density: density
        )
        self.init(file: file, bytes: file.serialized())
    }

    /// Reads a model from the bytes of its file.
    ///
    /// - Throws: `ModelFileError`, which says what is damaged.
    package init(serialized: [UInt8]) throws(ModelFileError) {
        self.init(file: try ModelFile(serialized: serialized), bytes: serialized)
    }

    private init(file: ModelFile, bytes: [UInt8]) {
        parts = file.parts
        card = file.card
        outline = file.outline
        detail = file.detail
        density = file.density
        self.bytes = bytes
        fingerprint = sha256(bytes)
    }

    /// The model as a safetensors file with metadata; reading it back gives an equal model.
    package func serialized() -> [UInt8] { bytes }

    /// The vector of a slice: its parts one after the other, each of unit length (or zero where there is nothing to
    /// describe, as in a flat image). The same bits on every CPU. Below 2 ms.
    package func embed(_ crop: LungCrop) -> [Float] {
        outline.vector(for: outlineCells(of: crop))
            + detail.vector(for: hogVector(of: crop))
            + density.vector(for: crop)
    }
}

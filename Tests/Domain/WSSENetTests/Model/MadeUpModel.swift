import Learning
import LinearAlgebra
import Lungs
import Orientation

@testable import WSSENet

/// A model as it is before a training; its histograms are of made-up crops.
func madeUpModel(hasHistogram: Bool = true, seed: UInt64 = 9) throws -> EmbeddingModel {
    var generator = SeededGenerator(seed: seed)
    let crops = try (0..<6).map { try madeUpCrop(level: Float($0) / 5, seed: UInt64(40 + $0)) }
    var recipe = hasHistogram ? WSSENetRecipe() : .withoutHistogram()
    recipe.seed = seed
    return try EmbeddingModel(
        parameters: Parameters(of: try EmbeddingNetwork.network(), generator: &generator),
        usualDensity: DensityEncoder.usual(of: crops.map { EncoderInputs.view($0) }),
        histogram: hasHistogram
            ? PrincipalComponents(
                fitting: Matrix(stacking: crops.map { hogVector(of: $0) }),
                count: EmbeddingModel.histogramCount
            ) : nil,
        card: ModelCard(
            recipe: recipe,
            dataSetHash: "00ff",
            sliceCount: 6,
            stages: [.init(stage: .outline, step: 7, trainingLoss: 0.5, testLoss: nil)]
        )
    )
}

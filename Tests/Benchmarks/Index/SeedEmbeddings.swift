import Learning
import Lungs

/// Embeddings of the seed slices, of the outline and the detail part only.
struct SeedEmbeddings {
    /// One slice of a series.
    struct Placed {
        /// 0 apex to 1 base.
        let level: Float
        /// (D).
        let vector: [Float]
    }

    /// Sizes of the two parts.
    static let parts = EmbeddingPart.standard.prefix(2).map(\.count)

    /// "real" or "phantom".
    let source: String
    /// Each series by ascending level.
    let series: [[Placed]]
    /// 2-D pictures.
    let pictures: [[Float]]
    /// Everything, pictures too: what another hospital would ask with.
    let all: [[Float]]

    /// Embeds by an untrained model that is fitted to these very slices, as an archive's own model is.
    init(_ crops: SeedCrops) throws {
        let model = try Self.untrainedModel(
            of: crops.series.flatMap { $0.map(\.crop) } + crops.singles + crops.pictures
        )
        let dimension = Self.parts.reduce(0, +)
        func embed(_ crop: LungCrop) -> [Float] { Array(model.embed(crop).prefix(dimension)) }
        self.source = crops.source
        self.series = crops.series.filter { $0.count > 1 }.map { slices in
            slices.map { Placed(level: Float($0.level), vector: embed($0.crop)) }
        }
        self.pictures = crops.pictures.map(embed)
        self.all = self.series.flatMap { $0.map(\.vector) } + crops.singles.map(embed) + self.pictures
    }

    /// Principal components alone: no label counts without an epoch.
    private static func untrainedModel(of crops: [LungCrop]) throws -> EmbeddingModel {
        var recipe = TrainingRecipe(epochs: 0)
        recipe.viewsPerSlice = 1
        let samples = crops.map { TrainingSample(id: [], patient: [], crop: $0) }
        return try trainEmbedding(
            training: TrainingSide(samples: samples, pairs: []),
            test: TrainingSide(samples: Array(samples.prefix(3)), pairs: []),
            dataSetHash: [],
            recipe: recipe,
            now: { 0 },
            report: { _ in },
            isCancelled: { false }
        )
        .model
    }
}

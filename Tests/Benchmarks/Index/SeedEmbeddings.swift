import LinearAlgebra
import Lungs
import Orientation

/// Embeddings of the seed slices: principal components of the masks and of the histograms of gradients, fitted to these very
/// slices, each of unit length. No training: the archives that are made of them stay what they were when a recipe changes.
struct SeedEmbeddings {
    /// One slice of a series.
    struct Placed {
        /// 0 apex to 1 base.
        let level: Float
        /// (D).
        let vector: [Float]
    }

    /// Sizes of the two parts: outline and detail.
    static let parts = [32, 96]

    /// "real" or "phantom".
    let source: String
    /// Each series by ascending level.
    let series: [[Placed]]
    /// 2-D pictures.
    let pictures: [[Float]]
    /// Everything, pictures too: what another hospital would ask with.
    let all: [[Float]]

    init(_ crops: SeedCrops) throws {
        let every = crops.series.flatMap { $0.map(\.crop) } + crops.singles + crops.pictures
        let features: [(LungCrop) -> [Float]] = [{ outlineCells(of: $0) }, { hogVector(of: $0) }]
        let principal = zip(features, Self.parts).map { feature, count in
            PrincipalComponents(fitting: Matrix(stacking: every.map(feature)), count: count)
        }
        func embed(_ crop: LungCrop) -> [Float] {
            zip(principal, features).flatMap { Self.unit($0.project($1(crop))) }
        }
        self.source = crops.source
        self.series = crops.series.filter { $0.count > 1 }.map { slices in
            slices.map { Placed(level: Float($0.level), vector: embed($0.crop)) }
        }
        self.pictures = crops.pictures.map(embed)
        self.all = self.series.flatMap { $0.map(\.vector) } + crops.singles.map(embed) + self.pictures
    }

    /// A vector of length 1, or zero.
    private static func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { length > 1e-8 ? $0 / length : 0 }
    }
}

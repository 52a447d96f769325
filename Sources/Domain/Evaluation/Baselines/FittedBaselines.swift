import LinearAlgebra
import Lungs
private import Orientation

extension Descriptor {
    /// Histograms of oriented gradients, through the directions in which the pool's vary most.
    package static func hog(fittedTo pool: FittingPool, count: Int = 96, threadCount: Int = 1) -> Descriptor {
        Self.components("HOG-PCA\(count)", of: pool, count: count, threadCount: threadCount) {
            hogVector(of: $0)
        }
    }

    /// The grey values of 32 x 32 pixels, through the directions in which the pool's vary most.
    package static func pixels(
        fittedTo pool: FittingPool,
        count: Int = 64,
        threadCount: Int = 1
    ) -> Descriptor {
        Self.components("pixels-PCA\(count)", of: pool, count: count, threadCount: threadCount) {
            pooled($0.image, side: thumbnailSide)
        }
    }

    /// The mean grey value of the lungs in each of 16 x 16 cells as its difference from the pool's mean, times the share
    /// of the cell that is lung, of unit length, through the directions in which the pool's vary most.
    package static func density(
        fittedTo pool: FittingPool,
        count: Int = 64,
        threadCount: Int = 1
    ) -> Descriptor {
        let mean = DensityCells.mean(of: pool.crops)
        return Self.components("density-PCA\(count)", of: pool, count: count, threadCount: threadCount) {
            unit(DensityCells(of: $0).differences(from: mean))
        }
    }

    /// A method whose vectors are projected to the directions in which the pool's vary most.
    private static func components(
        _ name: String,
        of pool: FittingPool,
        count: Int,
        threadCount: Int,
        each: @escaping @Sendable (LungCrop) -> [Float]
    ) -> Descriptor {
        let data = Matrix(stacking: mapped(pool.crops, threadCount: threadCount, each))
        let components = PrincipalComponents(fitting: data, count: count)
        return Descriptor(name, fittedPatients: pool.patients) { crops in
            let vectors = Matrix(stacking: mapped(crops, threadCount: threadCount, each))
            return projected(vectors, components)
        }
    }
}

/// The projections of many vectors (N x D): (N) of (m).
private func projected(_ vectors: Matrix, _ components: PrincipalComponents) -> [[Float]] {
    guard vectors.rows > 0 else { return [] }
    var centered = vectors
    var values = centered.values.mutableSpan
    for row in 0..<vectors.rows {
        for column in 0..<vectors.columns {
            values[row * vectors.columns + column] -= components.mean[column]
        }
    }
    let product = multiply(centered, components.components)
    return (0..<product.rows).map { Array(product.row($0)) }
}

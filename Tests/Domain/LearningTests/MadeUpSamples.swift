import Learning
import LinearAlgebra
import Lungs
import Testing

/// A crop whose lungs grow and whose texture turns with the level, with noise of its own.
func madeUpCrop(level: Float, seed: UInt64) throws -> LungCrop {
    let side = LungCrop.side
    var generator = SeededGenerator(seed: seed, stream: 77)
    let phase = Float(generator.unit()) * 6
    let (width, height) = (18 + 10 * level, 30 + 22 * level + generator.symmetric(2))
    var image = [Float](repeating: 0.9, count: side * side)
    var left = [Float](repeating: 0, count: side * side)
    var right = left
    for y in 0..<side {
        for x in 0..<side {
            let down = (Float(y) - 64) / height
            let place = y * side + x
            image[place] += 0.05 * generator.normal()
            for (center, isLeft) in [(Float(34), true), (Float(94), false)] {
                let across = (Float(x) - center) / width
                guard across * across + down * down < 1 else { continue }
                if isLeft { left[place] = 1 } else { right[place] = 1 }
                let stripes = (Float(x) * (1 - level) + Float(y) * level + phase) / (6 + 4 * level)
                let isVessel = stripes.truncatingRemainder(dividingBy: 1) < 0.3
                image[place] = (isVessel ? 0.7 : 0.15) + 0.05 * generator.normal()
            }
        }
    }
    return try #require(LungCrop(image: image, left: left, right: right))
}

/// Patients with the same levels, labeled by how near the levels are.
func madeUpSide(patients: Range<Int>, slices: Int) throws -> TrainingSide {
    var samples: [TrainingSample] = []
    var levels: [Float] = []
    for patient in patients {
        for slice in 0..<slices {
            let level = Float(slice) / Float(slices - 1)
            let seed = UInt64(patient * 1000 + slice)
            samples.append(
                TrainingSample(
                    id: [UInt8(patient), UInt8(slice)],
                    patient: [UInt8(patient)],
                    crop: try madeUpCrop(level: level, seed: seed)
                )
            )
            levels.append(level)
        }
    }
    var pairs: [TrainingPair] = []
    for first in samples.indices {
        for second in samples.indices where second > first {
            let similarity = max(0, 1 - 2 * abs(levels[first] - levels[second]))
            pairs.append(
                TrainingPair(
                    first: first,
                    second: second,
                    outlineSimilarity: similarity,
                    detailSimilarity: similarity,
                    grade: similarity > 0.8 ? 3 : 0
                )
            )
        }
    }
    return TrainingSide(samples: samples, pairs: pairs)
}

/// Trains on the made-up patients with few views.
func trainMadeUp(
    epochs: Int,
    seed: UInt64 = 1,
    change: (inout TrainingRecipe) -> Void = { _ in },
    report: (EpochReport) -> Void = { _ in },
    isCancelled: () -> Bool = { false }
) throws -> TrainingOutcome {
    var recipe = TrainingRecipe(epochs: epochs, seed: seed)
    recipe.viewsPerSlice = 2
    recipe.batchSize = 16
    change(&recipe)
    var seconds = 0.0
    return try trainEmbedding(
        training: try madeUpSide(patients: 0..<3, slices: 12),
        test: try madeUpSide(patients: 3..<5, slices: 8),
        dataSetHash: [1, 2, 3],
        recipe: recipe,
        now: {
            seconds += 1
            return seconds
        },
        report: report,
        isCancelled: isCancelled
    )
}

import LinearAlgebra
import Lungs
import Testing

@testable import WSSENet

/// A crop of two ellipses that grow with the level, 0...1, and of stripes that turn with it; half precision holds it.
func madeUpCrop(level: Float, seed: UInt64) throws -> LungCrop {
    var generator = SeededGenerator(seed: seed)
    let side = LungCrop.side
    let (width, height) = (18 + 10 * level + generator.symmetric(2), 36 + 20 * level + generator.symmetric(3))
    let phase = Float(generator.unit())
    func lung(_ center: Float) -> [Float] {
        (0..<side * side).map { index in
            let x = (Float(index % side) - center) / width
            let y = (Float(index / side) - 64) / height
            return x * x + y * y < 1 ? 1 : 0
        }
    }
    let (left, right) = (lung(36), lung(92))
    let image = (0..<side * side).map { index -> Float in
        let noise = Float(generator.below(17)) / 256
        guard left[index] + right[index] > 0 else { return 0.875 + noise }
        let across = Float(index % side) * (1 - level) + Float(index / side) * level
        let stripe = (across / (8 + 4 * level) + phase).truncatingRemainder(dividingBy: 1)
        return (stripe < 0.25 ? 0.5 : 0.125) + noise
    }
    return try #require(LungCrop(image: image, left: left, right: right))
}

/// Slices of some patients at levels from 0 to 1, labeled by how near their levels are.
func madeUpSet(patients: Range<Int>, slices: Int, similarity: (Float) -> Float = { 1 - $0 }) throws
    -> TrainingSet
{
    var (crops, names, levels): ([LungCrop], [[UInt8]], [Float]) = ([], [], [])
    for patient in patients {
        for slice in 0..<slices {
            let level = Float(slice) / Float(slices - 1)
            crops.append(try madeUpCrop(level: level, seed: UInt64(100 * patient + slice)))
            names.append([UInt8(patient)])
            levels.append(level)
        }
    }
    var labels = Matrix(rows: crops.count, columns: crops.count)
    for row in crops.indices {
        for column in crops.indices {
            labels[row, column] = row == column ? 1 : similarity(abs(levels[row] - levels[column]))
        }
    }
    return TrainingSet(crops: crops, patients: names, outline: labels, detail: labels, density: labels)
}

extension WSSENetRecipe {
    /// Parts without histograms of gradients.
    static func withoutHistogram() -> WSSENetRecipe {
        var recipe = WSSENetRecipe()
        recipe.weights = PartWeights(outline: 0.2, detail: 0.7, histogram: 0, density: 0.1)
        return recipe
    }
}

private import Glibc
import LinearAlgebra

/// Which slices a batch has: half of the batches from all slices, half from the surroundings of one slice, where the
/// differences are fine. A slice's chance falls with a power of its patient's number of slices.
struct BatchPlan: Sendable {
    private let weights: [Double]
    private let runningWeights: [Double]
    private let similarity: Matrix
    private let recipe: WSSENetRecipe
    private let stream: UInt64

    /// - Parameters:
    ///   - similarity: (n x n) by which surroundings are chosen.
    ///   - stream: of random numbers, another one for each stage.
    init(patients: [[UInt8]], similarity: Matrix, recipe: WSSENetRecipe, stream: UInt64) {
        var counts: [[UInt8]: Int] = [:]
        for patient in patients { counts[patient, default: 0] += 1 }
        weights = patients.map { pow(Double(counts[$0] ?? 1), -recipe.patientPower) }
        runningWeights = Self.runningSums(weights)
        self.similarity = similarity
        self.recipe = recipe
        self.stream = stream
    }

    /// The slices of a batch, drawn with replacement; the same for the same number.
    func slices(of batch: Int) -> [Int] {
        var generator = SeededGenerator(seed: recipe.seed &+ UInt64(batch) &* 0x9E37_79B9, stream: stream)
        let isNear = generator.unit() < recipe.neighborShare
        let pool = isNear ? surroundings(of: generator.index(runningWeights: runningWeights)) : nil
        let sums = pool.map { Self.runningSums($0.map { weights[$0] }) } ?? runningWeights
        return (0..<recipe.batchSlices).map { _ in
            let index = generator.index(runningWeights: sums)
            return pool?[index] ?? index
        }
    }

    /// The slices most similar to one, itself included; at least two batches' worth.
    private func surroundings(of slice: Int) -> [Int] {
        let row = similarity.row(slice)
        let share = Int(recipe.neighborhood * Double(row.count))
        let order = (0..<row.count).sorted { a, b in
            let (first, second) = (row[row.startIndex + a], row[row.startIndex + b])
            return first == second ? a < b : first > second
        }
        return Array(order.prefix(max(2 * recipe.batchSlices, share)))
    }

    private static func runningSums(_ weights: [Double]) -> [Double] {
        var sum = 0.0
        return weights.map { weight in
            sum += weight
            return sum
        }
    }
}

import LinearAlgebra

/// Draws batches: half of them from all slices, half from the surroundings of one slice, where the differences are
/// fine. A slice's chance falls with the root of its patient's number of slices.
struct BatchPlan {
    private let weights: [Double]
    private let runningWeights: [Double]
    private let similarity: Matrix
    private let viewCount: Int
    private let recipe: TrainingRecipe
    private var generator: SeededGenerator

    /// - Parameters:
    ///   - patients: (n) patient of each slice.
    ///   - similarity: (n x n) by which surroundings are chosen.
    ///   - viewCount: rows of each slice.
    init(patients: [[UInt8]], similarity: Matrix, viewCount: Int, recipe: TrainingRecipe) {
        var counts: [[UInt8]: Int] = [:]
        for patient in patients { counts[patient, default: 0] += 1 }
        weights = patients.map { 1 / Double(counts[$0] ?? 1).squareRoot() }
        runningWeights = Self.runningSums(weights)
        self.similarity = similarity
        self.viewCount = viewCount
        self.recipe = recipe
        generator = SeededGenerator(seed: recipe.seed, stream: 30)
    }

    /// One batch of twice `batchSize` rows, each slice in two of its views.
    mutating func next() -> (slices: [Int], rows: [Int]) {
        let isNear = generator.unit() < recipe.neighborShare
        let pool = isNear ? surroundings(of: generator.index(runningWeights: runningWeights)) : nil
        let sums = pool.map { Self.runningSums($0.map { weights[$0] }) } ?? runningWeights
        let drawn = (0..<recipe.batchSize).map { _ in
            let index = generator.index(runningWeights: sums)
            return pool?[index] ?? index
        }
        let slices = drawn + drawn
        return (slices, slices.map { $0 * viewCount + generator.below(viewCount) })
    }

    /// The quarter of all slices that is most similar to one, itself included; at least two batches' worth.
    private func surroundings(of slice: Int) -> [Int] {
        let row = similarity.row(slice)
        let count = max(2 * recipe.batchSize, row.count / 4)
        let order = (0..<row.count).sorted { a, b in
            let (first, second) = (row[row.startIndex + a], row[row.startIndex + b])
            return first == second ? a < b : first > second
        }
        return Array(order.prefix(count))
    }

    private static func runningSums(_ weights: [Double]) -> [Double] {
        var sum = 0.0
        return weights.map { weight in
            sum += weight
            return sum
        }
    }
}

/// The step's length along one cycle: smoothly up over the first 15 percent of the steps, then down to almost nothing.
func cycledRate(step: Int, of steps: Int, peak: Float) -> Float {
    let rising = max(1, (steps * 15) / 100)
    let (start, end): (Float, Float) = (peak / 25, peak / 10_000)
    func between(_ from: Float, _ to: Float, _ share: Float) -> Float {
        // Two parabolas in the place of the usual cosine: no library function, nearly the same shape.
        let smooth = share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) * (1 - share)
        return from + (to - from) * smooth
    }
    if step < rising { return between(start, peak, Float(step) / Float(rising)) }
    return between(peak, end, Float(step - rising) / Float(max(1, steps - rising)))
}

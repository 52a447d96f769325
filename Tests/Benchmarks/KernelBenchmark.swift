import LinearAlgebra
import TestKit

/// The distance kernel against the same sum written plainly in Swift.
enum KernelBenchmark {
    static func run() {
        var random = SplitMix64(seed: 3)
        let dimension = 176
        let count = 20_000
        let rows = (0..<dimension * count).map { _ in Float(random.unit()) }
        let query = (0..<dimension).map { _ in Float(random.unit()) }
        var output = [Float](repeating: 0, count: count)
        func kernel() {
            var span = output.mutableSpan
            squaredDistances(into: &span, rows: rows.span, query: query.span)
        }
        func plain() {
            for row in 0..<count {
                var sum: Float = 0
                for place in 0..<dimension {
                    let difference = rows[row * dimension + place] - query[place]
                    sum += difference * difference
                }
                output[row] = sum
            }
        }
        Duel(title: "distances, \(dimension) numbers", rounds: 7)
            .run(units: count, unit: "vector", ours: kernel, peer: ("plain Swift", plain))
    }
}

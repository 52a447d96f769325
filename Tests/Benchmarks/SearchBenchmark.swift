import LinearAlgebra
import Neighbors
import TestKit

/// Exact top-10 among clustered vectors: iDistance against a scan by matrix product.
enum SearchBenchmark {
    static let parts = [32, 96, 48]
    static let count = 100_000
    static let queryCount = 50

    static func run() throws {
        var random = SplitMix64(seed: 7)
        let dimension = Self.parts.reduce(0, +)
        // Paths through space, as the slices of one patient are from apex to base.
        let paths = (0..<250).map { _ in (0..<3).map { _ in Self.direction(dimension, &random) } }
        func vector() -> [Float] {
            let path = paths[Int(random.next() % UInt64(paths.count))]
            let level = Float(random.unit())
            var vector = Self.direction(dimension, &random).map { $0 * 0.15 }
            for index in vector.indices {
                vector[index] += path[0][index] + level * path[1][index] + level * level * path[2][index]
            }
            return vector
        }
        let vectors = (0..<Self.count).map { _ in vector() }
        let queries = (0..<Self.queryCount).map { _ in vector() }
        var index = NeighborIndex(parts: Self.parts)
        for (number, vector) in vectors.enumerated() { try index.insert(Self.item(number, vector)) }
        let matrix = Matrix(stacking: vectors)
        let norms = vectors.map { $0.reduce(0) { $0 + $1 * $1 } }
        let view = index.view
        let weights = [Float](repeating: 1, count: Self.parts.count)

        var computed = 0
        var found: [[Int]] = []
        func search() {
            found = queries.map { query in
                let asked = NeighborQuery(vector: query, weights: weights, k: 10)
                guard let answer = try? view.search(asked) else { return [] }
                computed += answer.cost.distancesComputed
                return answer.neighbors.map { Self.number($0.id) }
            }
        }
        var scanned: [[Int]] = []
        func scan() {
            scanned = queries.map { query in
                let products = multiply(matrix, Matrix(rows: dimension, columns: 1, values: query))
                let keys = zip(norms, products.values).map { $0 - 2 * $1 }
                return Self.smallest(10, of: keys)
            }
        }
        search()
        scan()
        let same = zip(found, scanned).filter { $0 == $1 }.count
        print(
            "search: \(Self.count) × \(dimension), \(index.partitionCount) reference points; \(same) of \(Self.queryCount) lists equal to the scan's, whose rounding may swap near-equals"
        )
        let share = Double(computed) / Double(Self.queryCount * Self.count) * 100
        print("search: \(Duel.text(share)) % of the vectors' distances computed")
        Duel(title: "search, top 10", rounds: 5)
            .run(units: Self.queryCount, unit: "query", ours: search, peer: ("OpenBLAS scan", scan))
    }

    private static func direction(_ dimension: Int, _ random: inout SplitMix64) -> [Float] {
        let values = (0..<dimension).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }

    private static func item(_ number: Int, _ vector: [Float]) -> NeighborItem {
        let id = Self.identifier(number)
        return NeighborItem(id: id, series: id, patient: id, vector: vector, attributes: [:])
    }

    private static func identifier(_ number: Int) -> NeighborID {
        let bytes = (0..<16).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) : 0 }
        guard let id = NeighborID(bytes) else { preconditionFailure("16 bytes are an id") }
        return id
    }

    private static func number(_ id: NeighborID) -> Int { id.bytes.prefix(8).reduce(0) { $0 << 8 | Int($1) } }

    /// Places of the smallest values, ascending.
    private static func smallest(_ count: Int, of values: [Float]) -> [Int] {
        var best: [(Float, Int)] = []
        for (place, value) in values.enumerated() where best.count < count || value < best[best.count - 1].0 {
            let slot = best.firstIndex { ($0.0, $0.1) > (value, place) } ?? best.count
            best.insert((value, place), at: slot)
            if best.count > count { best.removeLast() }
        }
        return best.map(\.1)
    }
}

import Contracts
import LinearAlgebra
import Storage
import Wire

/// What one pass over all pairs of a data set tells. A pass reads page by page: two million pairs in a second or two.
enum DataSetStatistics {
    /// Steps from the least value to the greatest.
    static let quantileSteps = 20
    private static let gradeCount = 4

    /// How the labels are distributed; nil when there is no such data set.
    static func statistics(of id: Identifier, in transaction: Transaction) throws -> FetchStatistics.Reply? {
        guard let dataSet = try DataSetStore.dataSet(id, in: transaction) else { return nil }
        let isTest = dataSet.members.map(\.isTest)
        var counts = [[UInt64]](repeating: [UInt64](repeating: 0, count: Self.gradeCount), count: 2)
        var (outline, detail, similarity): ([Float], [Float], [Float]) = ([], [], [])
        try Self.eachPage(of: id, in: transaction) { page in
            for pair in page {
                let place = Int(pair.first)
                guard place < isTest.count, pair.grade < Self.gradeCount else {
                    throw StorageError(.corrupt, "a pair names no member or no grade")
                }
                counts[isTest[place] ? 1 : 0][Int(pair.grade)] += 1
                outline.append(pair.outline)
                detail.append(pair.detail)
                similarity.append(pair.similarity)
            }
        }
        return FetchStatistics.Reply(
            grades: DataSetSide.allCases.flatMap { side in
                (0..<Self.gradeCount).map { grade in
                    GradeCount(side: side, grade: UInt8(grade), count: counts[Int(side.rawValue)][grade])
                }
            },
            outlineQuantiles: quantiles(of: outline, steps: Self.quantileSteps),
            detailQuantiles: quantiles(of: detail, steps: Self.quantileSteps),
            similarityQuantiles: quantiles(of: similarity, steps: Self.quantileSteps)
        )
    }

    /// Pairs drawn at random, each with the same chance, in their order; nil when there is no such data set.
    static func draw(_ request: DrawPairs, in transaction: Transaction) throws -> DrawPairs.Reply? {
        guard
            let filter = try PairFilter(
                grade: request.grade,
                side: request.side,
                of: request.dataSetID,
                in: transaction
            )
        else { return nil }
        var generator = SeededGenerator(seed: request.seed, stream: 41)
        var drawn: [(place: Int, pair: LabeledPairRecord)] = []
        var (place, wanted) = (0, 0)
        let isKnown = try Self.eachPage(of: request.dataSetID, in: transaction) { page in
            for pair in page {
                defer { place += 1 }
                guard filter.wants(pair) else { continue }
                wanted += 1
                // Vitter's algorithm R: the n-th takes the place of another with chance limit / n.
                if drawn.count < Int(request.limit) {
                    drawn.append((place, pair))
                } else {
                    let chance = generator.below(wanted)
                    if chance < drawn.count { drawn[chance] = (place, pair) }
                }
            }
        }
        guard isKnown else { return nil }
        return DrawPairs.Reply(pairs: drawn.sorted { $0.place < $1.place }.map(\.pair))
    }

    /// - Returns: false when there is no such data set.
    @discardableResult
    private static func eachPage(
        of id: Identifier,
        in transaction: Transaction,
        _ body: ([LabeledPairRecord]) throws -> Void
    ) throws -> Bool {
        guard let total = try DataSetStore.pairCount(of: id, in: transaction) else { return false }
        let size = PairPage.pairCountMaximum
        for number in 0..<(total + size - 1) / size {
            try body(try DataSetStore.page(number, of: id, in: transaction).pairs)
        }
        return true
    }
}

/// The least value, those at each of `steps` equal shares of the sorted values, and the greatest; none without values.
func quantiles<Value: Comparable>(of values: [Value], steps: Int) -> [Value] {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return [] }
    return (0...steps).map { sorted[(sorted.count - 1) * $0 / steps] }
}

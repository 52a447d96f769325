/// Which way to answer several queries is cheaper: one after the other by rings and codes, or all at once by a scan.
///
/// What a search will have to look at is predicted from what the last ones looked at (`PruningRecord`). The costs are
/// those measured on a million uniform vectors of 128 numbers on one core of an AMD EPYC, in nanoseconds a value (one query
/// 9.1 ms by codes; a scan 41 ms and 5.8 ms for each query): they decide a trade, no answer.
package enum CostModel {
    /// A vector that rings did not rule out: its code is looked at, a few of them are compared.
    private static let codedValue = 0.071
    /// A vector that a scan reads, once for all queries.
    private static let readValue = 0.32
    /// A product with one query.
    private static let productValue = 0.045

    /// Whether so many queries are answered sooner by a scan when each would look at this share of the vectors.
    static func prefersScan(queryCount: Int, share: Double?) -> Bool {
        guard let share, queryCount > 1 else { return false }
        let count = Double(queryCount)
        return count * share * self.codedValue > self.readValue + count * self.productValue
    }

    /// Most queries of one scan: their lists and products take memory, and more make it hardly cheaper for each.
    package static let companyMaximum = 32
    /// Vectors below which a search is over before company could come.
    static let countMinimum = 10_000
}

extension NeighborView {
    /// Whether queries that come at the same time should be asked together: nothing can be pruned, it seems.
    package var profitsFromCompany: Bool {
        self.count >= CostModel.countMinimum
            && CostModel.prefersScan(queryCount: CostModel.companyMaximum, share: self.pruning.share)
    }

    /// Whether two views, known to be of one position of a log, are of one index: then either may answer for both.
    package func isSameState(as other: NeighborView) -> Bool {
        self.pruning === other.pruning && self.count == other.count
    }

    /// The answers to several queries, each the same as `search` gives, in whichever way is cheaper for all of them.
    package func search(together queries: [NeighborQuery]) -> [Result<NeighborAnswer, NeighborError>] {
        guard CostModel.prefersScan(queryCount: queries.count, share: self.pruning.share) else {
            return queries.map { query in Result { () throws(NeighborError) in try self.search(query) } }
        }
        return self.scan(queries)
    }

    /// The answers to several queries by a scan of everything.
    func scan(_ queries: [NeighborQuery]) -> [Result<NeighborAnswer, NeighborError>] {
        let rows = queries.map { query in
            Result { () throws(NeighborError) in try self.checkedRow(of: query) }
        }
        let usable = queries.indices.filter { (try? rows[$0].get()) != nil }
        var scan = BlockedScan(
            view: self,
            queries: usable.map { queries[$0] },
            rows: usable.compactMap { try? rows[$0].get() }
        )
        var answers = scan.run()[...]
        return rows.map { row in row.map { _ in answers.removeFirst() } }
    }
}

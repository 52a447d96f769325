/// How well a ranking of slices finds the same height of the lungs: for each query, the gallery in order of similarity.
///
/// A slice of the gallery is relevant when its level differs from the query's by at most 5 % of the lungs' height.
package struct LevelRetrieval: Sendable, Equatable {
    /// (queries): |level difference| of the first hit, 0...1.
    package let firstErrors: [Double]
    /// (queries): mean |level difference| of the first ten hits.
    package let tenErrors: [Double]
    /// (queries): average precision over the whole gallery; nil for a query without a relevant slice.
    package let averagePrecisions: [Double?]

    /// Largest |level difference| of a relevant slice.
    package static let tolerance = 0.05

    /// Ranks the gallery for each query, the most similar first; of equal ones the earlier.
    ///
    /// - Parameters:
    ///   - similarities: (queries x gallery), row-major, finite.
    ///   - queryLevels: (queries), 0 apex to 1 base.
    ///   - galleryLevels: (gallery), at least one.
    package init(similarities: [Float], queryLevels: [Double], galleryLevels: [Double]) {
        let count = galleryLevels.count
        precondition(count > 0 && similarities.count == count * queryLevels.count, "not queries x gallery")
        var (firstErrors, tenErrors, precisions): ([Double], [Double], [Double?]) = ([], [], [])
        for (query, level) in queryLevels.enumerated() {
            let order = ranking(similarities[query * count..<(query + 1) * count])
            let errors = order.map { abs(galleryLevels[$0] - level) }
            firstErrors.append(errors[0])
            tenErrors.append(errors.prefix(10).reduce(0, +) / Double(min(10, count)))
            precisions.append(averagePrecision(errors.map { $0 <= Self.tolerance }))
        }
        (self.firstErrors, self.tenErrors, self.averagePrecisions) = (firstErrors, tenErrors, precisions)
    }

    /// Mean of the average precisions: mAP; 0 where no query has a relevant slice.
    package var meanAveragePrecision: Double {
        let known = averagePrecisions.compactMap(\.self)
        return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    }

    /// Mean level error of the first hits.
    package var meanFirstError: Double { firstErrors.reduce(0, +) / Double(max(1, firstErrors.count)) }
}

import LinearAlgebra

extension Figure {
    /// How near the first ten hits come to the best ranking by the automatic labels.
    package static let gradedGain = Figure("nDCG@10")
    /// Mean average precision, relevant from grade 2 on.
    package static let gradedPrecision = Figure("grade mAP")
}

/// The automatic labels of pairs: 0 unlike to 3 alike.
package struct PairGrades: Sendable {
    /// (slices x slices), row-major; nil: the pair has no label.
    private let grades: [UInt8?]
    private let count: Int

    /// From this grade on, a pair counts as alike where only yes or no is asked: one pair in ten of a labeled set.
    package static let relevantFrom: UInt8 = 2

    /// Takes labels; nil unless there is one place for each pair of so many slices.
    ///
    /// - Parameter grades: (slices x slices), row-major; nil: the pair has no label.
    package init?(_ grades: [UInt8?], sliceCount: Int) {
        guard grades.count == sliceCount * sliceCount else { return nil }
        self.grades = grades
        self.count = sliceCount
    }

    /// How many slices were labeled against each other.
    package var sliceCount: Int { self.count }

    /// The label of a pair; nil: none.
    package subscript(one: Int, other: Int) -> UInt8? { self.grades[one * self.count + other] }
}

extension MethodFigures {
    /// Adds how far the order of other patients' slices agrees with the automatic labels.
    ///
    /// Pairs without a label are left out of the ranking.
    mutating func appendGrades(_ described: DescribedSet, grades: PairGrades, patient: String) {
        let slices = described.set.slices
        precondition(grades.sliceCount == slices.count, "labels of another set")
        let queries = described.set.indices(of: patient)
        let gallery = slices.indices.filter { slices[$0].patient != patient }
        guard !queries.isEmpty, !gallery.isEmpty else { return }
        let cosines = described.cosines(of: queries, with: gallery)
        var (gains, precisions): ([Double?], [Double?]) = ([], [])
        for (row, query) in queries.enumerated() {
            let ranked = ranking(cosines.row(row)).compactMap { grades[query, gallery[$0]] }
            gains.append(normalizedGain(ranked, first: 10))
            precisions.append(averagePrecision(ranked.map { $0 >= PairGrades.relevantFrom }))
        }
        self.append(.init(patient, gains), to: .gradedGain)
        self.append(.init(patient, precisions), to: .gradedPrecision)
    }
}

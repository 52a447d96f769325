import LinearAlgebra

extension Figure {
    /// Whether the first hit is of the query's class.
    package static let classFirst = Figure("class P@1")
    /// Share of the first five hits that is.
    package static let classFive = Figure("class P@5")
    /// Share of the first ten hits that is.
    package static let classTen = Figure("class P@10")
    /// Mean average precision, relevant when of the query's class.
    package static let classPrecision = Figure("class mAP")
}

extension MethodFigures {
    /// Adds how often a patient's slices find slices of the same class in other patients.
    ///
    /// Only slices with a class are asked and searched; near-duplicates of the query are left out of its ranking. A
    /// query whose class no other patient has is without value.
    mutating func appendClasses(_ described: DescribedSet, duplicates: NearDuplicates, patient: String) {
        let slices = described.set.slices
        let labeled = slices.indices.filter { slices[$0].label != nil }
        let queries = labeled.filter { slices[$0].patient == patient }
        let gallery = labeled.filter { slices[$0].patient != patient }
        guard !queries.isEmpty, !gallery.isEmpty else { return }
        let cosines = described.cosines(of: queries, with: gallery)
        var columns: [Figure: [Double?]] = [:]
        for (row, query) in queries.enumerated() {
            let isRelevant = ranking(cosines.row(row))
                .filter { !duplicates.contains(query, gallery[$0]) }
                .map { slices[gallery[$0]].label == slices[query].label }
            let average = averagePrecision(isRelevant)
            columns[.classPrecision, default: []].append(average)
            for (figure, count) in [(Figure.classFirst, 1), (.classFive, 5), (.classTen, 10)] {
                columns[figure, default: []].append(
                    average.flatMap { _ in precision(isRelevant, first: count) }
                )
            }
        }
        for figure in [Figure.classFirst, .classFive, .classTen, .classPrecision] {
            self.append(.init(patient, columns[figure] ?? []), to: figure)
        }
    }
}

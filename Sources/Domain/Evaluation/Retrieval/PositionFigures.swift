import LinearAlgebra

extension Figure {
    /// Whether the first hit shows the same position in another series of the patient.
    package static let positionFirst = Figure("position hit@1")
    /// Whether one of the first five hits does.
    package static let positionFive = Figure("position hit@5")
}

/// When two slices of different series of one patient show the same position.
package enum SamePosition {
    /// Slices of one exam: within half of the larger thickness, but at least within this, millimeters.
    package static let millimeters = 3.0
    /// Slices of different exams, whose offsets mean nothing to each other: levels within this, about 5 mm.
    package static let level = 0.02

    /// Whether they do; nil when it cannot be told.
    static func holds(_ one: EvaluationSlice, _ other: EvaluationSlice) -> Bool? {
        if let exam = one.exam, exam == other.exam {
            let thickness = max(one.thicknessMillimeters ?? 0, other.thicknessMillimeters ?? 0)
            let distance = abs(one.offsetMillimeters - other.offsetMillimeters)
            return distance <= max(Self.millimeters, thickness / 2)
        }
        guard let a = one.level, let b = other.level else { return nil }
        return abs(a - b) <= Self.level
    }
}

extension MethodFigures {
    /// Adds how well a patient's slices find the same position in the patient's other series, made with another kernel or
    /// in another exam.
    ///
    /// The gallery is the patient's other series and everybody else's slices. A query without a slice of the same
    /// position has no value.
    mutating func appendPositions(_ described: DescribedSet, patient: String) {
        let slices = described.set.slices
        let queries = described.set.indices(of: patient)
        guard Set(queries.map { slices[$0].series }).count > 1 else { return }
        var (first, five): ([Double?], [Double?]) = ([], [])
        for series in Self.inOrder(queries.map { slices[$0].series }) {
            let own = queries.filter { slices[$0].series == series }
            let gallery = slices.indices.filter {
                slices[$0].patient != patient || slices[$0].series != series
            }
            let cosines = described.cosines(of: own, with: gallery)
            for (row, query) in own.enumerated() {
                let isRelevant = gallery.map {
                    slices[$0].patient == patient && SamePosition.holds(slices[query], slices[$0]) == true
                }
                guard isRelevant.contains(true) else {
                    first.append(nil)
                    five.append(nil)
                    continue
                }
                let order = ranking(cosines.row(row))
                first.append(isRelevant[order[0]] ? 1 : 0)
                five.append(order.prefix(5).contains { isRelevant[$0] } ? 1 : 0)
            }
        }
        self.append(.init(patient, first), to: .positionFirst)
        self.append(.init(patient, five), to: .positionFive)
    }

    private static func inOrder(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

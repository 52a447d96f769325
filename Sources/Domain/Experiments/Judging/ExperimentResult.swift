package import Evaluation

/// What an experiment came to.
package struct ExperimentResult: Sendable {
    /// The slices that were asked and searched.
    package let set: EvaluationSet
    /// A row for each method, means over seeds.
    package let rows: [MethodFigures]
    /// The same of lesions in phantoms; empty: none.
    package let phantomRows: [MethodFigures]
    /// What the method finds, by query.
    package let hits: [QueryHits]
    /// Names of the rows that are judged.
    package let judged: Set<String> = [NetworkParts.whole, NetworkParts.alone]
    /// Names of the rows that must be beaten.
    package let baselines: Set<String>

    init(
        set: EvaluationSet,
        rows: [MethodFigures],
        phantomRows: [MethodFigures],
        hits: [QueryHits],
        experiment: Experiment
    ) {
        self.set = set
        // What is judged comes first, wherever it was measured.
        let isPart = { (row: MethodFigures) in
            [NetworkParts.whole, NetworkParts.alone].contains(row.name)
        }
        let order = { (rows: [MethodFigures]) in
            rows.filter { $0.name == NetworkParts.whole } + rows.filter { $0.name == NetworkParts.alone }
                + rows.filter { !isPart($0) }
        }
        self.rows = order(rows)
        self.phantomRows = order(phantomRows)
        self.hits = hits
        let parts: Set<String> = ["outline", "detail", "density", "without density"]
        self.baselines = Set(rows.map(\.name).filter { !$0.contains(": ") })
            .subtracting([NetworkParts.whole, NetworkParts.alone]).subtracting(parts)
    }

    /// The figures by which the whole is judged, as far as they were measured.
    package var headline: [Figure] {
        let main: [Figure] = [.levelPrecision, .levelError, .robustness(.all)]
        let others: [Figure] = [.gradedGain, .classPrecision]
        let known = { (figure: Figure) in self.rows.contains { $0[figure]?.mean != nil } }
        let found = main.filter(known)
        return found.isEmpty ? others.filter(known) : found
    }

    /// What ships against the best baseline of each headline figure.
    package var verdicts: [ComparisonTable.Verdict] {
        ComparisonTable("", methods: self.rows, figures: self.headline, baselines: self.baselines).verdicts
            .filter { $0.method == NetworkParts.whole }
    }

    /// Whether what ships is better than every baseline in every headline figure, or always right as the best of them;
    /// false where nothing was measured.
    package var beatsBaselines: Bool {
        let verdicts = self.verdicts
        return !verdicts.isEmpty && verdicts.allSatisfy { $0.standing != .notBetter }
    }

    /// Whether all of every interval says so.
    package var isProven: Bool {
        self.beatsBaselines && self.verdicts.allSatisfy { !$0.standing.isRemarkable }
    }

    /// The worst queries: each patient's neighbors in a series fail together, so at most one within 5 % of the lungs'
    /// height is shown.
    package func worst(_ count: Int) -> [QueryHits] {
        var chosen: [QueryHits] = []
        let sorted = self.hits.enumerated().sorted {
            let (a, b) = ($0.element.error(in: self.set), $1.element.error(in: self.set))
            return a == b ? $0.offset < $1.offset : a > b
        }
        for candidate in sorted.map(\.element) where chosen.count < count {
            let slice = self.set.slices[candidate.query]
            let isNeighbor = chosen.contains { other in
                let there = self.set.slices[other.query]
                guard there.patient == slice.patient, let a = slice.level, let b = there.level else {
                    return false
                }
                return abs(a - b) < LevelRetrieval.tolerance
            }
            if !isNeighbor, candidate.error(in: self.set) > 0 { chosen.append(candidate) }
        }
        return chosen
    }
}

/// Methods side by side: a row each, a column for each figure, and what of it is no advance on a baseline.
package struct ComparisonTable: Sendable {
    /// Stands above it.
    package let title: String
    /// Rows, baselines or not, in the order in which they are shown.
    package let methods: [MethodFigures]
    /// Columns.
    package let figures: [Figure]
    /// What stands above each column.
    package let columns: [String]
    /// Names of the rows that the others must beat.
    package let baselines: Set<String>
    /// Names of the rows that neither must beat others nor be beaten.
    package let shownOnly: Set<String>
    /// Of the bootstrap.
    private let seed: UInt64

    /// How a method stands to the best baseline.
    package enum Standing: Sendable, Equatable {
        /// Better on the same queries, with all of the interval.
        case better
        /// Better on average, but the interval reaches zero or beyond.
        case unproven
        /// Both are right on every query: nothing could be better.
        case perfect
        /// Not better.
        case notBetter

        /// Whether a reader has to be told.
        package var isRemarkable: Bool { self == .unproven || self == .notBetter }
    }

    /// One method against the baseline that is hardest to beat in one figure.
    package struct Verdict: Sendable {
        /// The method.
        package let method: String
        /// In what.
        package let figure: Figure
        /// Against which.
        package let baseline: String
        /// How much better the method is; above zero is better, also of errors.
        package let advantage: Interval

        /// Whether both are right on every query.
        let isPerfect: Bool

        /// The advantage in a word.
        package var standing: Standing {
            if self.isPerfect { return .perfect }
            if self.advantage.mean <= 0 { return .notBetter }
            return self.advantage.isAboveZero ? .better : .unproven
        }
    }

    /// One place of the table.
    package struct Cell: Sendable {
        /// Mean and interval; nil: not measured.
        package let interval: Interval?
        /// Nil for a row that is not judged, or where no baseline has the figure.
        package let standing: Standing?
    }

    /// Puts methods side by side.
    ///
    /// - Parameters:
    ///   - figures: the columns; nil: all that the first row has.
    ///   - columns: what stands above each; nil: the figures' names.
    ///   - baselines: names of the rows that the others must beat.
    ///   - shownOnly: names of the rows that neither must beat others nor be beaten.
    ///   - seed: of the bootstrap.
    package init(
        _ title: String,
        methods: [MethodFigures],
        figures: [Figure]? = nil,
        columns: [String]? = nil,
        baselines: Set<String> = [],
        shownOnly: Set<String> = [],
        seed: UInt64 = 1
    ) {
        self.title = title
        self.methods = methods
        let figures = figures ?? methods.first?.figures ?? []
        precondition((columns ?? []).isEmpty || columns?.count == figures.count, "not a name for each column")
        self.figures = figures
        self.columns = columns ?? figures.map(\.name)
        self.baselines = baselines
        self.shownOnly = shownOnly
        self.seed = seed
    }

    /// Every method that is judged, against the best baseline, figure by figure.
    package var verdicts: [Verdict] {
        self.methods.flatMap { method in
            self.figures.compactMap { self.verdict(of: method, in: $0) }
        }
    }

    /// The best baseline is the one with the best mean: what a reader would compare with.
    private func verdict(of method: MethodFigures, in figure: Figure) -> Verdict? {
        guard !self.baselines.contains(method.name), !self.shownOnly.contains(method.name) else { return nil }
        let known = self.methods.filter { self.baselines.contains($0.name) && $0[figure]?.mean != nil }
        let best = known.max {
            let (a, b) = ($0[figure]?.mean ?? 0, $1[figure]?.mean ?? 0)
            return figure.isBetterHigher ? a < b : a > b
        }
        guard let best, let advantage = method.advantage(over: best, in: figure, seed: self.seed) else {
            return nil
        }
        let perfect: Double = figure.isBetterHigher ? 1 : 0
        return Verdict(
            method: method.name,
            figure: figure,
            baseline: best.name,
            advantage: advantage,
            isPerfect: [method, best].allSatisfy { $0[figure]?.mean == perfect }
        )
    }

    /// Row by row, in the order of methods and figures.
    package func cells() -> [[Cell]] {
        self.methods.map { method in
            self.figures.map { figure in
                Cell(
                    interval: method.interval(of: figure, seed: self.seed),
                    standing: self.verdict(of: method, in: figure)?.standing
                )
            }
        }
    }
}

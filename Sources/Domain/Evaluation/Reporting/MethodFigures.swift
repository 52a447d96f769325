import LinearAlgebra

/// All figures of one method: a row of a table.
package struct MethodFigures: Sendable {
    /// The method, as tables show it.
    package let name: String
    /// In the order in which they were measured.
    package private(set) var figures: [Figure] = []
    private var values: [Figure: QueryValues] = [:]

    /// A method without figures.
    package init(_ name: String) { self.name = name }

    /// A figure's values; nil: not measured.
    package subscript(figure: Figure) -> QueryValues? { self.values[figure] }

    /// Adds the queries of one more patient to a figure.
    package mutating func append(_ patient: QueryValues.Patient, to figure: Figure) {
        if self.values[figure] == nil { self.figures.append(figure) }
        self.values[figure, default: QueryValues([])].patients.append(patient)
    }

    /// Adds the patients of another row of the same method.
    package mutating func append(contentsOf other: MethodFigures) {
        for figure in other.figures {
            for patient in other[figure]?.patients ?? [] { self.append(patient, to: figure) }
        }
    }

    /// The mean over several runs of one method (as of several seeds), query by query.
    ///
    /// - Returns: nil without runs, or when they did not ask the same queries.
    package static func averaged(_ runs: [MethodFigures], name: String) -> MethodFigures? {
        guard let first = runs.first else { return nil }
        var result = MethodFigures(name)
        for figure in first.figures {
            let values = runs.compactMap { $0[figure] }
            guard values.count == runs.count, let mean = QueryValues.averaged(values) else { return nil }
            result.figures.append(figure)
            result.values[figure] = mean
        }
        return result
    }

    /// With so many patients and more, the interval covers how patients differ; with fewer, redrawing them would say
    /// more about the draw than about the patients, and only their slices are redrawn.
    package static let patientsRedrawnFrom = 10

    /// The mean over patients with its bootstrap interval; nil when no query has a value.
    package func interval(of figure: Figure, seed: UInt64 = 1) -> Interval? {
        self[figure].flatMap { Self.interval($0, figure, seed: seed) }
    }

    /// How much better this method is than another on the same queries, turned so that above zero is better.
    ///
    /// - Returns: nil when one of them lacks the figure, or when they did not ask the same queries.
    package func advantage(over other: MethodFigures, in figure: Figure, seed: UInt64 = 1) -> Interval? {
        guard let mine = self[figure], let theirs = other[figure] else { return nil }
        let difference = figure.isBetterHigher ? mine.minus(theirs) : theirs.minus(mine)
        return difference.flatMap { Self.interval($0, figure, seed: seed) }
    }

    private static func interval(_ values: QueryValues, _ figure: Figure, seed: UInt64) -> Interval? {
        var generator = SeededGenerator(seed: seed)
        return blockBootstrap(
            values.patients.map(\.values),
            blockLength: figure.blockLength,
            redrawsPatients: values.patients.count >= self.patientsRedrawnFrom,
            generator: &generator
        )
    }
}

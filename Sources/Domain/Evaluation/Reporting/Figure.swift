/// What is measured: a column of a table.
package struct Figure: Hashable, Sendable {
    /// As tables show it.
    package let name: String
    /// Whether more is better; of an error, less is.
    package let isBetterHigher: Bool
    /// So many queries in a row resemble each other and are redrawn together: see `blockBootstrap`.
    package let blockLength: Int

    /// Names a figure.
    package init(_ name: String, isBetterHigher: Bool = true, blockLength: Int = 8) {
        precondition(blockLength > 0, "nothing to draw")
        self.name = name
        self.isBetterHigher = isBetterHigher
        self.blockLength = blockLength
    }
}

/// A figure's value of every query, by patient.
package struct QueryValues: Sendable, Equatable {
    /// One patient's queries.
    package struct Patient: Sendable, Equatable {
        /// Whose they are; never shown.
        package let name: String
        /// In slice order; nil: the query has no value.
        package var values: [Double?]

        /// Names a patient's values.
        package init(_ name: String, _ values: [Double?]) {
            self.name = name
            self.values = values
        }

        /// Mean of the queries that have a value; nil when none has.
        package var mean: Double? {
            let known = self.values.compactMap(\.self)
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
    }

    /// In the order in which they were left out.
    package var patients: [Patient]

    /// Takes the values.
    package init(_ patients: [Patient]) { self.patients = patients }

    /// The mean over patients of each one's mean; nil when no query has a value.
    package var mean: Double? {
        let means = self.patients.compactMap(\.mean)
        return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
    }

    /// The mean over several runs (as of several seeds), query by query; a query has a value where all runs have one.
    ///
    /// - Returns: nil without runs, or when they did not ask the same queries.
    package static func averaged(_ runs: [QueryValues]) -> QueryValues? {
        guard var sum = runs.first else { return nil }
        for run in runs.dropFirst() {
            guard let next = sum.combined(with: run, +) else { return nil }
            sum = next
        }
        let count = Double(runs.count)
        for patient in sum.patients.indices {
            sum.patients[patient].values = sum.patients[patient].values.map { $0.map { $0 / count } }
        }
        return sum
    }

    /// These values minus others, query by query; nil when they are not of the same queries.
    package func minus(_ other: QueryValues) -> QueryValues? { self.combined(with: other, -) }

    private func combined(
        with other: QueryValues,
        _ operation: (Double, Double) -> Double
    ) -> QueryValues? {
        guard self.patients.map(\.name) == other.patients.map(\.name) else { return nil }
        var result = self
        for (index, theirs) in other.patients.enumerated() {
            let ours = self.patients[index].values
            guard ours.count == theirs.values.count else { return nil }
            result.patients[index].values = zip(ours, theirs.values).map { a, b in
                a.flatMap { a in b.map { operation(a, $0) } }
            }
        }
        return result
    }
}

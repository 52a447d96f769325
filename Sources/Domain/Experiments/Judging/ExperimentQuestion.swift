package import Evaluation

/// One question that all methods are asked, with its table.
package struct ExperimentQuestion: Sendable {
    /// The question's short name.
    package let title: String
    /// What is asked and how to read the answer, for people who did not build this.
    package let explanation: String
    /// All methods' answers.
    package let table: ComparisonTable
}

extension ExperimentResult {
    /// The questions that were asked, in order.
    package var questions: [ExperimentQuestion] {
        let lesions = LesionKind.standard
        let all: [(String, String, [Figure], [MethodFigures])] = [
            (
                "Agreement with automatic labels",
                "Do the first hits carry the grades that the labeler would give? nDCG@10 is 1 when the ten best-graded "
                    + "slices of other patients come first; grade mAP asks the same of all that are graded 2 or 3.",
                [.gradedGain, .gradedPrecision], self.rows
            ),
            (
                "Level",
                "Does a slice find the same height of the lungs in other patients? level error is how far off the first hit "
                    + "is, as a share of the lungs' height (0 is perfect, chance about 0.33); error of ten the same for the "
                    + "first ten; level mAP counts as right what lies within 5 % (1 is perfect).",
                [.levelPrecision, .levelError, .tenLevelError], self.rows
            ),
            (
                "Same position",
                "Is the same position found in the patient's other series (another kernel or exam), among everybody's slices? "
                    + "Share of queries with it first, or among the first five.",
                [.positionFirst, .positionFive], self.rows
            ),
            (
                "Class",
                "Are hits in other patients of the query's class, by the truth table? Shares of the first 1, 5 and 10; "
                    + "near-duplicates are left out.",
                [.classFirst, .classFive, .classTen, .classPrecision], self.rows
            ),
            (
                "Robustness",
                "Does a slice that was turned, moved, scaled or made noisy find its own original first? all: turned, moved, "
                    + "scaled and noisy at once; window: as an 8-bit picture; kernel: sharpened.",
                [.robustness(.all), .nearRobustness, .singleRobustness]
                    + (Perturbation.singles + [.window, .kernel]).map { .robustness($0) }, self.rows
            ),
            (
                "Lesion, same place above elsewhere",
                "A lesion is put into a slice and into another patient's slice: is the one with the lesion at the same place "
                    + "more similar than the one with it elsewhere? 0.5 is chance. r is the radius in pixels of 2 to 3 mm.",
                lesions.map { .lesionAboveElsewhere($0) }, self.rows
            ),
            (
                "Lesion, same place above none",
                "The same against the slice without a lesion: is the lesion seen at all?",
                lesions.map { .lesionAboveNone($0) }, self.rows
            ),
            (
                "Phantoms: lesion, same place above elsewhere",
                "The same in made-up lungs, where nothing else differs between slices by disease.",
                lesions.map { .lesionAboveElsewhere($0) }, self.phantomRows
            ),
            (
                "Phantoms: lesion, same place above none",
                "Against the made-up slice without a lesion.",
                lesions.map { .lesionAboveNone($0) }, self.phantomRows
            ),
        ]
        return all.compactMap { title, explanation, figures, rows in
            let known = figures.filter { figure in rows.contains { $0[figure]?.mean != nil } }
            guard !known.isEmpty else { return nil }
            return ExperimentQuestion(
                title: title,
                explanation: explanation,
                table: self.table(title, known, rows, columns: known.map { Self.column($0, in: title) })
            )
        }
    }

    /// All methods in the headline figures.
    package var summary: ComparisonTable { self.table("Summary", self.headline, self.rows) }

    /// What the title says already is left out.
    private static func column(_ figure: Figure, in title: String) -> String {
        for said in ["above elsewhere", "above none"] where title.hasSuffix(said) {
            return String(figure.name.dropLast(figure.name.hasSuffix(said) ? said.count + 1 : 0))
        }
        return figure.name
    }

    private func table(
        _ title: String,
        _ figures: [Figure],
        _ rows: [MethodFigures],
        columns: [String]? = nil
    ) -> ComparisonTable {
        let shown = rows.map(\.name).filter { !self.judged.contains($0) && !self.baselines.contains($0) }
        return ComparisonTable(
            title,
            methods: rows,
            figures: figures,
            columns: columns,
            baselines: self.baselines,
            shownOnly: Set(shown)
        )
    }
}

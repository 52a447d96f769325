import Evaluation
import Experiments
import Foundation
import Glibc

/// What an evaluation says on a terminal, and to machines.
struct EvaluationText {
    let evaluation: FolderEvaluation

    /// Remarks, tables and the verdict.
    func text(isColored: Bool, showsIntervals: Bool) -> String {
        let result = self.evaluation.result
        var blocks = [
            "evaluated: \(self.evaluation.subject)\n" + self.evaluation.remarks.joined(separator: "\n") + "\n"
        ]
        for question in result.questions {
            blocks.append(
                question.table.text(
                    isColored: isColored,
                    showsIntervals: showsIntervals,
                    showsVerdicts: showsIntervals
                )
            )
        }
        blocks.append(result.summary.text(isColored: isColored))
        blocks.append(
            "means over patients, 95 % intervals in brackets; ! no better than the best baseline, ~ better but not proven"
        )
        let verdict = self.evaluation.verdict
        let isRed = isColored && !result.beatsBaselines
        blocks.append(isRed ? "\u{1B}[31m\(verdict)\u{1B}[0m" : verdict)
        return blocks.joined(separator: "\n")
    }

    /// All figures for machines.
    struct Record: Encodable {
        struct Value: Encodable {
            let method: String
            let figure: String
            let mean, lower, upper: Double
            let isPhantom: Bool
        }

        let subject: String
        let remarks: [String]
        let verdict: String
        let beatsBaselines: Bool
        let baselines: [String]
        let values: [Value]
    }

    var record: Record {
        let result = self.evaluation.result
        func values(_ rows: [MethodFigures], isPhantom: Bool, _ isWanted: (Figure) -> Bool) -> [Record.Value]
        {
            rows.flatMap { row in
                row.figures.filter(isWanted).compactMap { figure in
                    row.interval(of: figure).map {
                        Record.Value(
                            method: row.name,
                            figure: figure.name,
                            mean: $0.mean,
                            lower: $0.lower,
                            upper: $0.upper,
                            isPhantom: isPhantom
                        )
                    }
                }
            }
        }
        let lesions = Set(
            LesionKind.standard.flatMap { [Figure.lesionAboveElsewhere($0), .lesionAboveNone($0)] }
        )
        return Record(
            subject: self.evaluation.subject,
            remarks: self.evaluation.remarks,
            verdict: self.evaluation.verdict,
            beatsBaselines: result.beatsBaselines,
            baselines: result.baselines.sorted(),
            values: values(result.rows, isPhantom: false) { _ in true }
                + values(result.phantomRows, isPhantom: true) { lesions.contains($0) }
        )
    }
}

/// What the terminal can do.
enum Terminal {
    /// Whether standard output is a terminal and nobody asks for plain text (https://no-color.org).
    static var showsColors: Bool {
        let asksForPlain = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return !asksForPlain && isatty(STDOUT_FILENO) == 1
    }
}

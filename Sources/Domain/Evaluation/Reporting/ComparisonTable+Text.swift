extension ComparisonTable {
    /// The table for a terminal.
    ///
    /// "!" marks what is no better than the best baseline, "~" what is better but not with all of the interval.
    ///
    /// - Parameters:
    ///   - isColored: shows what is no better than the best baseline in red.
    ///   - showsIntervals: the 95 % intervals beside the means.
    ///   - showsVerdicts: a sentence for each judged figure that is not better, with all of the interval.
    package func text(
        isColored: Bool = false,
        showsIntervals: Bool = true,
        showsVerdicts: Bool = true
    ) -> String {
        let body = self.cells().map { row in row.map { Self.text($0, showsIntervals: showsIntervals) } }
        let names = self.methods.map(\.name)
        let nameWidth = max(names.map(\.count).max() ?? 0, 6)
        let widths = self.figures.indices.map { column in
            max(self.columns[column].count, body.map { $0[column].text.count }.max() ?? 0)
        }
        var lines = [self.title]
        lines.append(
            padded("", nameWidth) + zip(self.columns, widths).map { "  " + padded($0, $1) }.joined()
        )
        for (name, row) in zip(names, body) {
            let cells = zip(row, widths).map { cell, width in
                "  " + Self.colored(padded(cell.text, width), isColored && cell.standing == .notBetter)
            }
            lines.append(padded(name, nameWidth) + cells.joined())
        }
        for verdict in showsVerdicts ? self.verdicts : [] where verdict.standing.isRemarkable {
            lines.append(Self.colored(Self.sentence(verdict), isColored && verdict.standing == .notBetter))
        }
        return lines.map(trimmed).joined(separator: "\n") + "\n"
    }

    /// The table for a page.
    ///
    /// - Parameter showsIntervals: the 95 % intervals beside the means.
    package func markdown(showsIntervals: Bool = true) -> String {
        var lines = [
            "| \(self.title) | " + self.columns.joined(separator: " | ") + " |",
            "|---" + String(repeating: "|---", count: self.figures.count) + "|",
        ]
        for (method, row) in zip(self.methods, self.cells()) {
            let cells = row.map { Self.text($0, showsIntervals: showsIntervals).text }
            lines.append("| \(method.name) | " + cells.joined(separator: " | ") + " |")
        }
        let remarks = self.verdicts.filter { $0.standing.isRemarkable }.map { "- " + Self.sentence($0) }
        return (lines + (remarks.isEmpty ? [] : [""] + remarks)).joined(separator: "\n") + "\n"
    }

    /// What a verdict says, as a sentence.
    package static func sentence(_ verdict: Verdict) -> String {
        let advantage = verdict.advantage
        let numbers =
            "\(signed(advantage.mean)) [\(signed(advantage.lower)), \(signed(advantage.upper))]"
        let what =
            switch verdict.standing {
            case .better: "beats"
            case .unproven: "is not proven to beat"
            case .perfect: "is always right, as is"
            case .notBetter: "does not beat"
            }
        return "\(verdict.method) \(what) \(verdict.baseline) in \(verdict.figure.name): \(numbers)"
    }

    private static func text(_ cell: Cell, showsIntervals: Bool) -> (text: String, standing: Standing?) {
        guard let interval = cell.interval else { return ("–", nil) }
        let mark =
            switch cell.standing {
            case .notBetter: "!"
            case .unproven: "~"
            case .better, .perfect, nil: ""
            }
        let range = showsIntervals ? " [\(fixed(interval.lower)), \(fixed(interval.upper))]" : ""
        return (fixed(interval.mean) + mark + range, cell.standing)
    }

    private static func colored(_ text: String, _ isRed: Bool) -> String {
        isRed ? "\u{1B}[31m\(text)\u{1B}[0m" : text
    }
}

/// A number with three decimals.
package func fixed(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    let thousandths = Int((number * 1_000).rounded())
    let (whole, rest) = abs(thousandths).quotientAndRemainder(dividingBy: 1_000)
    let digits = "\(rest)"
    return (thousandths < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: 3 - digits.count)
        + digits
}

/// The same with its sign, also of what is not negative.
func signed(_ number: Double) -> String {
    let text = fixed(number)
    return text.hasPrefix("-") || text == "–" ? text : "+" + text
}

private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
}

import Evaluation
import Experiments
import Foundation

/// An evaluation as one HTML file: its plots and pictures are inside, nothing is loaded from anywhere.
struct EvaluationPage {
    let evaluation: FolderEvaluation

    /// Pictures of so many bad queries.
    static let worstCount = 12

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>Carina: evaluation</title>
        <style>\(PageStyle.text)</style>
        </head>
        <body>
        <h1>How well are similar slices found?</h1>
        \(self.overview)
        \(self.questions)
        \(self.levels)
        \(self.worst)
        \(Self.glossary)
        <footer>Carina helps to find cases, not to decide about them. It is not a medical device.</footer>
        </body>
        </html>

        """
    }

    private var result: ExperimentResult { self.evaluation.result }

    private var overview: String {
        let remarks = self.evaluation.remarks.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
        let sentences = self.result.verdicts.map {
            "<li\($0.standing == .notBetter ? " class=\"bad\"" : "")>\(escaped(ComparisonTable.sentence($0)))</li>"
        }.joined(separator: "\n")
        return """
            <section>
            <p class="verdict \(self.result.beatsBaselines ? "good" : "bad")">\(escaped(self.evaluation.verdict))</p>
            <ul>\(sentences)</ul>
            <p>Evaluated: \(escaped(self.evaluation.subject)).</p>
            <ul>\(remarks)</ul>
            <h2>Summary</h2>
            <p>Each slice of a patient is searched for among all other patients' slices. <b>WSSENet</b> is what ships: network,
            histograms and density together; <b>network alone</b> is its learned part without both. All others are baselines
            that it must beat on the same slices; where it does not, it is red.</p>
            \(self.bars(self.result.summary))
            </section>
            """
    }

    private var questions: String {
        self.result.questions.map { question in
            let isLesion = question.title.lowercased().contains("lesion")
            let plots = isLesion ? EvaluationCharts.profile(question.table) : self.bars(question.table)
            return """
                <section><h2>\(escaped(question.title))</h2>
                <p>\(escaped(question.explanation))</p>
                \(plots)
                \(Self.table(question.table))
                </section>
                """
        }.joined(separator: "\n")
    }

    /// The first few figures of a table; all of them are below in numbers.
    private func bars(_ table: ComparisonTable) -> String {
        let charts = table.figures.indices.prefix(4).map { EvaluationCharts.bars(table, column: $0) }
        return "<div class=\"charts\">\(charts.joined(separator: "\n"))</div>"
    }

    private static func table(_ table: ComparisonTable) -> String {
        let header = table.columns.map { "<th>\(escaped($0))</th>" }.joined()
        let rows = zip(table.methods, table.cells()).map { method, cells in
            let values = cells.map { cell -> String in
                guard let interval = cell.interval else { return "<td>–</td>" }
                let isLost = cell.standing == .notBetter
                let mark = isLost ? " !" : cell.standing == .unproven ? " ~" : ""
                return """
                    <td\(isLost ? " class=\"bad\"" : "")>\(fixed(interval.mean))\(mark)<br>\
                    <span class="note">\(fixed(interval.lower)) to \(fixed(interval.upper))</span></td>
                    """
            }
            return "<tr><th>\(escaped(method.name))</th>\(values.joined())</tr>"
        }
        let remarks = table.verdicts.filter { $0.standing.isRemarkable }.map {
            "<li\($0.standing == .notBetter ? " class=\"bad\"" : "")>\(escaped(ComparisonTable.sentence($0)))</li>"
        }
        let list = remarks.isEmpty ? "" : "<ul>\(remarks.joined(separator: "\n"))</ul>"
        return """
            <details><summary>all numbers, and what is not proven to be better</summary>
            <div class="scroll"><table class="numbers"><tr><th></th>\(header)</tr>
            \(rows.joined(separator: "\n"))
            </table></div>
            \(list)</details>
            """
    }

    private var levels: String {
        guard let chart = EvaluationCharts.levels(self.result) else { return "" }
        return """
            <section><h2>Where hits lie</h2>
            <p>Every query is a point: across, how far down the lungs it lies; down, how far down its first hit lies, which is
            another patient's slice. Good hits lie on the diagonal.</p>
            \(chart)</section>
            """
    }

    private var worst: String {
        let queries = self.result.worst(Self.worstCount)
        guard !queries.isEmpty else { return "" }
        let figures = queries.compactMap { query -> String? in
            guard let jpeg = WorstQuerySheet.jpeg(query, in: self.result.set) else { return nil }
            let data = Data(jpeg).base64EncodedString()
            return """
                <figure><img src="data:image/jpeg;base64,\(data)" alt="a query and its first hits"></figure>
                """
        }
        return """
            <section><h2>The worst queries</h2>
            <p>Framed: the query. To its right its first hits, the most similar first, as the network sees them: lungs leveled
            and stretched to one frame. Worst first; of neighbors in a series only one.</p>
            <div class="sheet">\(figures.joined(separator: "\n"))</div></section>
            """
    }

    private static let glossary = """
        <section><h2>Words</h2>
        <p><b>mAP</b>: mean average precision, 1 when all that is relevant comes before all that is not.
        <b>hit@1</b>: share of queries whose first hit is right. <b>P@5</b>: share of the first five hits that is right.
        <b>Intervals</b> hold the mean in 95 of 100 redrawn samples (blocks of neighboring slices are drawn together);
        <b>!</b> is no better than the best baseline, <b>~</b> is better, but not with all of the interval.
        All figures are means over patients.</p>
        <p><b>random</b>: chance. <b>masks</b>: the lungs' outline alone. <b>pixels</b>: grey values of 32 × 32 pixels, or
        their main directions (PCA64). <b>HOG-PCA96</b>: histograms of gradients. <b>untrained</b>: the network before it has
        learned. <b>adjacency</b>, <b>height</b>, <b>augmentation only</b>: the network, taught by neighborhood in a series,
        by height in the header, by changed views of the same slice.</p></section>
        """
}

import Foundation

/// A report as one HTML file: its pictures and charts are inside, nothing is loaded from anywhere.
struct ReportPage {
    let report: LabelReport

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>Carina: labels of data set \(escaped(String(self.summary.dataSet.prefix(8))))</title>
        <style>\(PageStyle.text)</style>
        </head>
        <body>
        <h1>Labels of data set <code>\(escaped(self.summary.dataSet))</code></h1>
        \(self.overview)
        \(self.grades)
        \(self.similarities)
        \(self.examples)
        \(self.masks)
        \(self.failures)
        <footer>Grades are coarse labels that a program made; nobody has checked them. Carina is not a medical device.</footer>
        </body>
        </html>

        """
    }

    private var summary: DataSetRow { self.report.dataSet.summary }

    private var overview: String {
        let details = self.report.dataSet
        return """
            <section><h2>Data set</h2>
            <table>
            \(Self.row("built", self.summary.timeText))
            \(Self.row("hash", self.summary.hash))
            \(Self.row("pairs", "\(self.summary.pairs)"))
            \(Self.row("to learn from", "\(details.trainingMembers) slices of \(self.summary.trainingPatients) patients"))
            \(Self.row("to test with", "\(details.testMembers) slices of \(self.summary.testPatients) patients"))
            \(RegistrationRow.text(ofRecipe: details.recipe).map { Self.row("alignment", $0) } ?? "")
            </table>
            <h3>Recipe</h3>
            <pre>\(escaped(Self.laidOut(details.recipe)))</pre></section>
            """
    }

    private var grades: String {
        let details = self.report.dataSet
        func counts(_ side: String) -> [Int] { (0...3).map { details.pairs(side: side, grade: $0) } }
        func cell(_ count: Int, of total: Int) -> String {
            "<td>\(count)</td><td>\(total > 0 ? Self.percent(Double(count) / Double(total)) : "")</td>"
        }
        let (training, test) = (counts("training"), counts("test"))
        let totals = (training.reduce(0, +), test.reduce(0, +))
        let rows = (0...3).map { grade in
            let threshold =
                grade > 0 && grade <= details.thresholds.count
                ? SearchSheet.rounded(details.thresholds[grade - 1]) : ""
            return "<tr><th>\(grade)</th><td>\(threshold)</td>"
                + "\(cell(training[grade], of: totals.0))\(cell(test[grade], of: totals.1))</tr>"
        }
        return """
            <section><h2>Grades</h2>
            <p>From 0 (unlike) to 3 (alike). A pair's rank is its place among all pairs, 0 to 1.</p>
            \(ReportCharts.grades(["training": training, "test": test]))
            <table class="numbers">
            <tr><th>grade</th><th>rank from</th><th colspan="2">training pairs</th><th colspan="2">test pairs</th></tr>
            \(rows.joined(separator: "\n"))
            </table></section>
            """
    }

    private var similarities: String {
        let details = self.report.dataSet
        let chart = ReportCharts.quantiles([
            "outline": details.outline, "detail": details.detail, "rank": details.similarity,
        ])
        return """
            <section><h2>Similarities</h2>
            <p>Share of all pairs from left to right, the rank that they lie below upward. Ranks are places among all
            pairs that were labeled: a curve that leaves the diagonal shows which of them were not kept.</p>
            \(chart)</section>
            """
    }

    private var examples: String {
        let grades = self.report.examples.enumerated().reversed().map { grade, examples in
            let figures = examples.map { example in
                let pair = example.pair
                let caption =
                    "outline \(Self.rounded(pair.outline)) · detail \(Self.rounded(pair.detail)) · "
                    + "rank \(Self.rounded(pair.similarity))<br>\(pair.first.prefix(8)) · \(pair.second.prefix(8))"
                return Self.figure(example.jpeg, caption, "two slices of grade \(grade)")
            }
            return """
                <h3>Grade \(grade)</h3>
                <div class="sheet">\(figures.isEmpty ? "<p>none</p>" : figures.joined(separator: "\n"))</div>
                """
        }
        return """
            <section><h2>Example pairs</h2>
            <p>Up to \(LabelReport.pictureCount) of each grade, drawn by the seed \(self.report.seed). The labels see each
            slice turned and stretched into one frame, so size on the picture does not count.</p>
            \(grades.joined(separator: "\n"))</section>
            """
    }
}

extension ReportPage {
    private var masks: String {
        let quality = self.report.quality
        let areas = quality.areas
        func area(_ share: Double) -> String {
            areas.isEmpty ? "" : "\(Int(areas[Int(Double(areas.count - 1) * share)].rounded())) cm²"
        }
        let refused = self.report.refused.map { "\($0.reason) \($0.count)" }
        let flags = quality.flags.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return """
            <section><h2>Masks</h2>
            <p>Of all slices that are stored, not of the data set alone.</p>
            <table>
            \(Self.row("slices", "\(quality.slices)"))
            \(Self.row("with lung", "\(quality.withLung)"))
            \(Self.row("without usable lung", "\(quality.withoutLung)"))
            \(Self.row("waiting", "\(quality.waiting)"))
            \(Self.row("given up", "\(quality.failed)"))
            \(Self.row("lung area", "\(area(0)) to \(area(1)), median \(area(0.5))"))
            \(Self.row("refused by ingest", refused.isEmpty ? "none" : refused.joined(separator: ", ")))
            \(Self.row("flags", flags.isEmpty ? "none" : flags.joined(separator: ", ")))
            </table>
            \(Self.sheet("Smallest areas", self.report.smallest))
            \(Self.sheet("Flagged", self.report.flagged))
            \(Self.sheet("Without usable lung, largest area first", self.report.empty))
            </section>
            """
    }

    private var failures: String {
        let rows = self.report.quality.failures.map {
            "<tr><td><code>\(escaped($0.slice))</code></td><td>\($0.attempts)</td><td>\(escaped($0.reason))</td></tr>"
        }
        let table = """
            <table class="numbers"><tr><th>slice</th><th>attempts</th><th>reason</th></tr>
            \(rows.joined(separator: "\n"))</table>
            """
        return """
            <section><h2>Failures</h2>
            \(rows.isEmpty ? "<p>No slice was given up.</p>" : table)</section>
            """
    }

    private static func sheet(_ title: String, _ pictures: [LabelReport.MaskPicture]) -> String {
        let figures = pictures.map { picture in
            let flags =
                picture.row.flags.isEmpty ? "" : "<br>\(escaped(picture.row.flags.joined(separator: ", ")))"
            let caption = "\(escaped(picture.row.reason))\(flags)<br>\(picture.row.slice.prefix(8))"
            return Self.figure(picture.jpeg, caption, "a slice with its lung mask")
        }
        return """
            <h3>\(title)</h3>
            <div class="sheet">\(figures.isEmpty ? "<p>none</p>" : figures.joined(separator: "\n"))</div>
            """
    }

    private static func figure(_ jpeg: [UInt8], _ caption: String, _ alternative: String) -> String {
        let data = Data(jpeg).base64EncodedString()
        return """
            <figure><img src="data:image/jpeg;base64,\(data)" alt="\(alternative)"><figcaption>\(caption)</figcaption></figure>
            """
    }

    private static func row(_ name: String, _ value: String) -> String {
        "<tr><th>\(escaped(name))</th><td>\(escaped(value))</td></tr>"
    }

    /// JSON over several lines; as it is where it is none.
    private static func laidOut(_ json: String) -> String {
        guard let value = try? JSONSerialization.jsonObject(with: Data(json.utf8)),
            let data = try? JSONSerialization.data(
                withJSONObject: value,
                options: [.prettyPrinted, .sortedKeys]
            )
        else { return json }
        return String(decoding: data, as: UTF8.self)
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private static func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}

import Evaluation
import Experiments

/// Plots of an evaluation as SVG, which the page holds as they are.
enum EvaluationCharts {
    static let judged = "#48c4ff"
    static let second = "#9fd8f5"
    static let baseline = "#6f7a88"
    static let lost = "#ff5a4f"
    private static let near = "#2c4a3a"
    private static let palette = [
        "#48c4ff", "#ff8a5c", "#8fd06a", "#e0a030", "#c792ea", "#5b9bd5", "#f78fb3", "#b8c4d0",
    ]

    /// One figure: a bar with its interval for each method.
    static func bars(_ table: ComparisonTable, column: Int) -> String {
        let figure = table.figures[column]
        let rows = zip(table.methods, table.cells()).compactMap { method, cells in
            cells[column].interval.map { (name: method.name, interval: $0, standing: cells[column].standing) }
        }
        let (left, top, width, rowHeight) = (135.0, 44.0, 210.0, 20.0)
        // Shares reach to 1; an error's scale ends with its largest.
        let greatest = figure.isBetterHigher ? 1 : max(0.1, rows.map(\.interval.upper).max() ?? 1)
        func x(_ value: Double) -> Double { left + width * min(max(value, 0), greatest) / greatest }
        let bottom = top + rowHeight * Double(rows.count)
        var parts = [
            SVG.text(figure.name, x: 4, y: 14, anchor: "start"),
            SVG.text(
                figure.isBetterHigher ? "more is better" : "less is better",
                x: 4,
                y: 30,
                anchor: "start",
                color: "#9ea7b3"
            ),
        ]
        for step in 0...4 {
            let value = greatest * Double(step) / 4
            parts.append(SVG.line(from: (x(value), top - 4), to: (x(value), bottom)))
            parts.append(
                SVG.text(hundredths(value), x: x(value), y: top - 8, anchor: "middle", color: "#9ea7b3")
            )
        }
        for (number, row) in rows.enumerated() {
            let y = top + rowHeight * Double(number)
            let color = Self.color(row.name, table, row.standing)
            let (start, end) = (x(row.interval.lower), x(row.interval.upper))
            let middle = y + rowHeight / 2
            parts += [
                SVG.text(row.name, x: left - 6, y: y + 14, anchor: "end"),
                """
                <rect x="\(SVG.tenths(left))" y="\(SVG.tenths(y + 4))" width="\(SVG.tenths(x(row.interval.mean) - left))" \
                height="12" fill="\(color)"/>
                """,
                SVG.line(from: (start, middle), to: (end, middle), color: "#ebeef2", width: 1.5),
                SVG.line(from: (start, y + 6), to: (start, y + 14), color: "#ebeef2", width: 1.5),
                SVG.line(from: (end, y + 6), to: (end, y + 14), color: "#ebeef2", width: 1.5),
                SVG.text(
                    row.interval.text,
                    x: left + width + 8,
                    y: y + 14,
                    anchor: "start",
                    color: row.standing == .notBetter ? Self.lost : nil
                ),
            ]
        }
        return SVG.picture(width: left + width + 150, height: bottom + 6, parts, about: figure.name)
    }

    private static func color(
        _ name: String,
        _ table: ComparisonTable,
        _ standing: ComparisonTable.Standing?
    ) -> String {
        if table.baselines.contains(name) { return self.baseline }
        if standing == .notBetter { return self.lost }
        return name == NetworkParts.whole ? self.judged : self.second
    }

    /// Shares of right orders by kind of lesion: a line for what is judged and for the best baselines.
    static func profile(_ table: ComparisonTable) -> String {
        let cells = table.cells()
        var rows = zip(table.methods, cells).map { ($0.name, $1.map { $0.interval?.mean }) }
        func mean(_ values: [Double?]) -> Double {
            let known = values.compactMap(\.self)
            return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
        }
        let best = rows.filter { table.baselines.contains($0.0) }.sorted { mean($0.1) > mean($1.1) }.prefix(4)
            .map(\.0)
        rows = rows.filter { !table.baselines.contains($0.0) || best.contains($0.0) }
        let (left, top, height) = (40.0, 16.0, 220.0)
        let width = 92 * Double(table.figures.count)
        func x(_ column: Int) -> Double {
            left + width * (Double(column) + 0.5) / Double(table.figures.count)
        }
        func y(_ value: Double) -> Double { top + height * (1 - min(max(value, 0), 1)) }
        var parts = [#"<rect x="\#(left)" y="\#(top)" width="\#(width)" height="\#(height)" class="plot"/>"#]
        for step in 0...4 {
            let value = Double(step) / 4
            parts.append(SVG.line(from: (left, y(value)), to: (left + width, y(value))))
            parts.append(SVG.text(hundredths(value), x: left - 6, y: y(value) + 4, anchor: "end"))
        }
        parts.append(SVG.line(from: (left, y(0.5)), to: (left + width, y(0.5)), color: self.lost))
        parts.append(SVG.text("chance", x: left + width - 6, y: y(0.5) + 14, anchor: "end", color: self.lost))
        for (column, kind) in table.columns.enumerated() {
            parts.append(SVG.text(kind, x: x(column), y: top + height + 18, anchor: "middle"))
        }
        for (number, row) in rows.enumerated() {
            let color = Self.palette[number % Self.palette.count]
            let points = row.1.enumerated().compactMap { column, value in
                value.map { (x: x(column), y: y($0), value: $0) }
            }
            let places = points.map { "\(SVG.tenths($0.x)),\(SVG.tenths($0.y))" }.joined(separator: " ")
            parts.append(
                #"<polyline points="\#(places)" fill="none" stroke="\#(color)" stroke-width="\#(number == 0 ? 3 : 1.5)"/>"#
            )
            parts += points.map {
                """
                <circle cx="\(SVG.tenths($0.x))" cy="\(SVG.tenths($0.y))" r="3.5" fill="\(color)">\
                <title>\(escaped(row.0)): \(fixed($0.value))</title></circle>
                """
            }
            let (across, down) = (Double(number % 4), Double(number / 4))
            let (start, line) = (left + 160 * across, top + height + 38 + 18 * down)
            parts.append(#"<rect x="\#(start)" y="\#(line - 6)" width="18" height="4" fill="\#(color)"/>"#)
            parts.append(SVG.text(row.0, x: start + 24, y: line, anchor: "start"))
        }
        let lines = Double((rows.count + 3) / 4)
        return SVG.picture(
            width: max(left + width + 10, left + 650),
            height: top + height + 38 + 18 * lines,
            parts,
            about: table.title
        )
    }

    /// Height of the first hit against the height of the query, a point for each query, a color for each patient.
    static func levels(_ result: ExperimentResult) -> String? {
        let slices = result.set.slices
        let points = result.hits.compactMap { query -> (patient: String, query: Double, hit: Double)? in
            guard let level = slices[query.query].level, let first = query.hits.first,
                let hit = slices[first].level
            else { return nil }
            return (slices[query.query].patient, level, hit)
        }
        guard !points.isEmpty else { return nil }
        let (left, top, side) = (58.0, 12.0, 380.0)
        func x(_ level: Double) -> Double { left + side * level }
        func y(_ level: Double) -> Double { top + side * level }
        let tolerance = LevelRetrieval.tolerance
        let corners = [
            (0, 0), (tolerance, 0), (1, 1 - tolerance), (1, 1), (1 - tolerance, 1), (0, tolerance),
        ]
        let band = corners.map { "\(SVG.tenths(x($0.0))),\(SVG.tenths(y($0.1)))" }.joined(separator: " ")
        var parts = [
            #"<rect x="\#(left)" y="\#(top)" width="\#(side)" height="\#(side)" class="plot"/>"#,
            #"<polygon points="\#(band)" fill="\#(self.near)"/>"#,
        ]
        for step in 0...4 {
            let value = Double(step) / 4
            let name = step == 0 ? "apex" : step == 4 ? "base" : hundredths(value)
            parts.append(SVG.text(name, x: x(value), y: top + side + 18, anchor: "middle"))
            parts.append(SVG.text(name, x: left - 6, y: y(value) + 4, anchor: "end"))
        }
        let patients = result.set.patients.filter { patient in points.contains { $0.patient == patient } }
        for point in points {
            let number = patients.firstIndex(of: point.patient) ?? 0
            parts.append(
                """
                <circle cx="\(SVG.tenths(x(point.query)))" cy="\(SVG.tenths(y(point.hit)))" r="3" fill-opacity="0.8" \
                fill="\(Self.palette[number % Self.palette.count])"><title>\(escaped(point.patient))</title></circle>
                """
            )
        }
        parts.append(
            SVG.text("height of the query", x: left + side / 2, y: top + side + 38, anchor: "middle")
        )
        parts.append(SVG.text("height of the first hit", x: left + side + 16, y: top + 14, anchor: "start"))
        parts.append(
            SVG.text(
                "(down: the body, as across)",
                x: left + side + 16,
                y: top + 32,
                anchor: "start",
                color: "#9ea7b3"
            )
        )
        parts.append(
            #"<rect x="\#(left + side + 16)" y="\#(top + 50)" width="14" height="14" fill="\#(self.near)"/>"#
        )
        parts.append(SVG.text("within 5 %", x: left + side + 38, y: top + 62, anchor: "start"))
        for (number, patient) in patients.prefix(12).enumerated() {
            let line = top + 86 + 20 * Double(number)
            let color = Self.palette[number % Self.palette.count]
            parts.append(#"<circle cx="\#(left + side + 23)" cy="\#(line - 4)" r="5" fill="\#(color)"/>"#)
            parts.append(SVG.text(patient, x: left + side + 38, y: line, anchor: "start"))
        }
        return SVG.picture(
            width: left + side + 200,
            height: top + side + 46,
            parts,
            about: "height of the first hit against height of the query"
        )
    }
}

extension Interval {
    /// `0.342 [0.310, 0.371]`
    var text: String { "\(fixed(self.mean)) [\(fixed(self.lower)), \(fixed(self.upper))]" }
}

private func hundredths(_ value: Double) -> String { String(fixed(value).dropLast()) }

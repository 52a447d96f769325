import Foundation

/// Charts of a report as SVG, which the page holds as they are.
enum ReportCharts {
    static let gradeColors = ["#5b6472", "#3f7fb5", "#e0a030", "#d9583b"]
    private static let curveColors = ["#48c4ff", "#ff8a5c", "#8fd06a"]

    /// The share of each grade, one bar for each side.
    ///
    /// - Parameter counts: of each side by name, pairs of the grades 0 to 3.
    static func grades(_ counts: KeyValuePairs<String, [Int]>) -> String {
        let (left, width, rowHeight) = (90.0, 620.0, 44.0)
        var parts: [String] = []
        for (row, side) in counts.enumerated() {
            let total = side.value.reduce(0, +)
            let top = 8 + Double(row) * rowHeight
            parts.append(SVG.text(side.key, x: left - 10, y: top + 20, anchor: "end"))
            var x = left
            for (grade, count) in side.value.enumerated() where total > 0 {
                let share = Double(count) / Double(total)
                let span = share * width
                parts.append(
                    """
                    <rect x="\(SVG.tenths(x))" y="\(SVG.tenths(top))" width="\(SVG.tenths(span))" height="30" \
                    fill="\(Self.gradeColors[min(grade, 3)])"><title>grade \(grade): \(count) pairs</title></rect>
                    """
                )
                if span > 64 {
                    let label = "\(grade): \(String(format: "%.1f", share * 100)) %"
                    parts.append(SVG.text(label, x: x + 6, y: top + 20, anchor: "start"))
                }
                x += span
            }
        }
        let height = 8 + rowHeight * Double(counts.count)
        return SVG.picture(width: left + width + 10, height: height, parts)
    }

    /// Curves of quantiles: the share of pairs that lie below (from left to right) against the value.
    static func quantiles(_ curves: KeyValuePairs<String, [Double]>) -> String {
        let (left, top, width, height) = (50.0, 24.0, 640.0, 220.0)
        let values = curves.flatMap(\.value)
        guard let least = values.min(), let greatest = values.max(), greatest > least else { return "" }
        func y(_ value: Double) -> Double { top + height * (1 - (value - least) / (greatest - least)) }
        var parts = [#"<rect x="\#(left)" y="\#(top)" width="\#(width)" height="\#(height)" class="plot"/>"#]
        for step in 0...4 {
            let value = least + (greatest - least) * Double(step) / 4
            parts.append(
                #"<line x1="\#(left)" x2="\#(left + width)" y1="\#(SVG.tenths(y(value)))" y2="\#(SVG.tenths(y(value)))" class="rule"/>"#
            )
            let label = String(format: "%.2f", value)
            parts.append(SVG.text(label, x: left - 6, y: y(value) + 4, anchor: "end"))
            let share = "\(step * 25) %"
            parts.append(
                SVG.text(share, x: left + width * Double(step) / 4, y: top + height + 18, anchor: "middle")
            )
        }
        for (number, curve) in curves.enumerated() where curve.value.count > 1 {
            let color = Self.curveColors[number % Self.curveColors.count]
            let points = curve.value.enumerated().map { place, value in
                "\(SVG.tenths(left + width * Double(place) / Double(curve.value.count - 1))),\(SVG.tenths(y(value)))"
            }
            parts.append(
                #"<polyline points="\#(points.joined(separator: " "))" fill="none" stroke="\#(color)" stroke-width="2"/>"#
            )
            let place = left + 130 * Double(number)
            parts.append(#"<rect x="\#(place)" y="8" width="18" height="3" fill="\#(color)"/>"#)
            parts.append(SVG.text(curve.key, x: place + 24, y: 14, anchor: "start"))
        }
        return SVG.picture(width: left + width + 20, height: top + height + 28, parts)
    }
}

private import Glibc

/// Curves over a common axis, such as the losses of a training over its epochs.
package struct LineChart: Sendable {
    /// One curve.
    package struct Series: Sendable {
        /// What the legend says.
        package let name: String
        /// One value for each step, the first at 1; values that are not finite leave a gap.
        package let values: [Double]
        /// The color of the line.
        package let color: RGBColor

        /// Makes a curve.
        package init(name: String, values: [Double], color: RGBColor) {
            self.name = name
            self.values = values
            self.color = color
        }
    }

    /// The line above the chart.
    package var title: String
    /// What the steps are, below the horizontal axis.
    package var stepName: String
    /// The curves, later ones on top.
    package var series: [Series]

    /// Makes a chart.
    package init(title: String, stepName: String, series: [Series]) {
        self.title = title
        self.stepName = stepName
        self.series = series
    }

    /// The losses of a training, epoch by epoch.
    package static func losses(title: String = "Loss", training: [Double], test: [Double]) -> LineChart {
        LineChart(
            title: title,
            stepName: "epoch",
            series: [
                Series(name: "training", values: training, color: .leftLung),
                Series(name: "test", values: test, color: .rightLung),
            ]
        )
    }

    /// The chart as a picture.
    ///
    /// - Parameters:
    ///   - width: columns, at least 240.
    ///   - height: rows, at least 160.
    package func rendered(width: Int = 720, height: Int = 420) -> RGBImage {
        var image = RGBImage(width: max(width, 240), height: max(height, 160), color: .background)
        image.drawText(self.title, x: 14, y: 10, style: .title)
        let plot = Plot(image: image, series: self.series)
        image.fill(x: plot.left, y: plot.top, width: plot.width, height: plot.height, .panel)
        self.drawAxes(of: plot, on: &image)
        for series in self.series {
            var strokes = Strokes(width: image.width, height: image.height)
            for run in plot.runs(of: series.values) {
                strokes.addCurve(run, isClosed: false, thickness: 2)
                if run.count == 1 { strokes.addLine(from: run[0], to: run[0], thickness: 4) }
            }
            image.draw(strokes, series.color)
        }
        self.drawLegend(of: plot, on: &image)
        return image
    }

    private func drawAxes(of plot: Plot, on image: inout RGBImage) {
        let style = TextStyle.caption
        for tick in plot.valueTicks {
            let y = Int(plot.y(tick).rounded())
            image.fill(x: plot.left, y: y, width: plot.width, height: 1, .rule)
            let text = plot.text(of: tick)
            image.drawText(
                text,
                x: plot.left - 6 - style.width(of: text),
                y: y - style.lineHeight / 2,
                color: .dimText
            )
        }
        for tick in plot.stepTicks {
            let x = Int(plot.x(tick).rounded())
            image.fill(x: x, y: plot.top + plot.height, width: 1, height: 4, .rule)
            let text = String(tick)
            image.drawText(
                text,
                x: x - style.width(of: text) / 2,
                y: plot.top + plot.height + 6,
                color: .dimText
            )
        }
        let end = plot.left + plot.width - style.width(of: self.stepName)
        image.drawText(
            self.stepName,
            x: end,
            y: plot.top + plot.height + 8 + style.lineHeight,
            color: .dimText
        )
    }

    private func drawLegend(of plot: Plot, on image: inout RGBImage) {
        let style = TextStyle.caption
        var x = plot.left + plot.width
        for series in self.series.reversed() {
            let last = series.values.last { $0.isFinite }
            let text = series.name + (last.map { " " + decimal($0, digits: 4) } ?? "")
            x -= style.width(of: text) + 34
            image.fill(x: x, y: plot.top - 14, width: 18, height: 3, series.color)
            image.drawText(text, x: x + 24, y: plot.top - 20, color: .dimText)
        }
    }
}

/// Where values lie in the picture of a chart.
private struct Plot {
    let left, top, width, height: Int
    let valueTicks: [Double]
    let stepTicks: [Int]
    private let digits: Int
    private let stepCount: Int
    private let range: ClosedRange<Double>

    init(image: RGBImage, series: [LineChart.Series]) {
        self.left = 70
        self.top = 58
        self.width = image.width - self.left - 20
        self.height = image.height - self.top - 46
        self.stepCount = max(series.map(\.values.count).max() ?? 0, 1)
        let values = series.flatMap(\.values).filter(\.isFinite)
        let (lowest, highest) = (values.min() ?? 0, values.max() ?? 1)
        // A flat curve runs through the middle of the plot.
        let spread = max(highest - lowest, abs(highest) * 1e-3, 1e-9)
        let margin = (spread - (highest - lowest)) / 2
        let (low, high) = (lowest - margin, highest + margin)
        // Ticks at 1, 2 or 5 times a power of ten, four to nine of them.
        let power = pow(10, (log10(spread / 4)).rounded(.down))
        let unit = [1.0, 2, 5, 10].map { $0 * power }.first { spread / $0 <= 7 } ?? 10 * power
        let first = (low / unit).rounded(.down)
        let last = max((high / unit).rounded(.up), first + 1)
        self.range = (first * unit)...(last * unit)
        self.valueTicks = (0...Int(last - first)).map { (first + Double($0)) * unit }
        self.digits = max(0, Int((-log10(unit)).rounded(.up)))
        let stride = max(1, (self.stepCount + 9) / 10)
        self.stepTicks = Array(
            Swift.stride(from: stride == 1 ? 1 : stride, through: self.stepCount, by: stride)
        )
    }

    func text(of value: Double) -> String { decimal(value, digits: self.digits) }

    func x(_ step: Int) -> Float {
        let share = self.stepCount > 1 ? Float(step - 1) / Float(self.stepCount - 1) : 0.5
        return Float(self.left) + 8 + share * Float(self.width - 16)
    }

    func y(_ value: Double) -> Float {
        let share = (value - self.range.lowerBound) / (self.range.upperBound - self.range.lowerBound)
        return Float(self.top + self.height) - Float(share) * Float(self.height)
    }

    /// The points of a curve, one list for each unbroken run of finite values.
    func runs(of values: [Double]) -> [[SIMD2<Float>]] {
        var runs: [[SIMD2<Float>]] = [[]]
        for (index, value) in values.enumerated() {
            if value.isFinite {
                runs[runs.count - 1].append(SIMD2(self.x(index + 1), self.y(value)))
            } else {
                runs.append([])
            }
        }
        return runs.filter { !$0.isEmpty }
    }
}

/// A number with a fixed count of digits behind the point, the same in every country.
func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = pow(10, Double(min(digits, 6)))
    let whole = Int64((abs(value) * scale).rounded())
    let unit = Int64(scale)
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard unit > 1 else { return sign + String(whole) }
    let fraction = String(whole % unit)
    let zeros = String(repeating: "0", count: String(unit).count - 1 - fraction.count)
    return sign + String(whole / unit) + "." + zeros + fraction
}

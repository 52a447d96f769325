/// Lines that are gathered first and laid onto a picture once, so that crossings are not darker than the
/// rest.
package struct Strokes: Sendable {
    private let width: Int
    private let height: Int
    /// (height, width) shares of each pixel that are covered, 0...1.
    private var coverage: [Float]
    private var touchedRows: ClosedRange<Int>?

    /// Makes an empty set of lines for a picture of this size.
    package init(width: Int, height: Int) {
        self.width = max(width, 1)
        self.height = max(height, 1)
        self.coverage = Array(repeating: 0, count: self.width * self.height)
    }

    /// Adds a straight line with round ends; a pixel's center lies at whole numbers.
    ///
    /// - Parameter thickness: pixels across.
    package mutating func addLine(from start: SIMD2<Float>, to end: SIMD2<Float>, thickness: Float) {
        guard start.isFinite, end.isFinite else { return }
        let reach = thickness / 2 + 0.5
        let low = (pointwiseMin(start, end) - reach).rounded(.up)
        let high = (pointwiseMax(start, end) + reach).rounded(.down)
        let (lastX, lastY) = (Float(self.width - 1), Float(self.height - 1))
        guard high.x >= 0, high.y >= 0, low.x <= lastX, low.y <= lastY, low.x <= high.x, low.y <= high.y
        else { return }
        let columns = Int(max(low.x, 0))...Int(min(high.x, lastX))
        let rows = Int(max(low.y, 0))...Int(min(high.y, lastY))
        let axis = end - start
        let squared = max((axis * axis).sum(), 1e-9)
        for y in rows {
            for x in columns {
                let arm = SIMD2(Float(x), Float(y)) - start
                let t = min(max((arm * axis).sum() / squared, 0), 1)
                let off = arm - axis * t
                let share = min(reach - (off * off).sum().squareRoot(), 1) * min(thickness, 1)
                let index = y * self.width + x
                if share > self.coverage[index] { self.coverage[index] = share }
            }
        }
        let touched = self.touchedRows ?? rows
        self.touchedRows =
            min(touched.lowerBound, rows.lowerBound)...max(touched.upperBound, rows.upperBound)
    }

    /// Adds a curve through points; a closed one is joined at its ends.
    package mutating func addCurve(_ points: [SIMD2<Float>], isClosed: Bool, thickness: Float) {
        for (first, second) in zip(points, points.dropFirst()) {
            self.addLine(from: first, to: second, thickness: thickness)
        }
        if isClosed, let first = points.first, let last = points.last {
            self.addLine(from: last, to: first, thickness: thickness)
        }
    }

    /// Calls the body with column, row and share of each pixel that a line touches.
    func eachCovered(_ body: (Int, Int, Float) -> Void) {
        guard let rows = self.touchedRows else { return }
        for y in rows {
            for x in 0..<self.width where self.coverage[y * self.width + x] > 0 {
                body(x, y, self.coverage[y * self.width + x])
            }
        }
    }
}

extension RGBImage {
    /// Lays gathered lines onto the picture.
    ///
    /// - Parameter opacity: 1 covers what is below.
    package mutating func draw(_ strokes: Strokes, _ color: RGBColor, opacity: Float = 1) {
        strokes.eachCovered { x, y, share in
            self.mix(color, share: share * opacity, atX: x, y: y)
        }
    }

    /// Draws one closed curve with a smooth edge.
    package mutating func drawOutline(
        _ points: [SIMD2<Float>],
        _ color: RGBColor,
        thickness: Float = 1.5,
        opacity: Float = 1
    ) {
        var strokes = Strokes(width: self.width, height: self.height)
        strokes.addCurve(points, isClosed: true, thickness: thickness)
        self.draw(strokes, color, opacity: opacity)
    }
}

extension SIMD2<Float> {
    fileprivate var isFinite: Bool { self.x.isFinite && self.y.isFinite }
}

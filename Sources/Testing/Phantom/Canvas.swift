private import Glibc

/// Where a patient's millimeters lie in the picture: turned, scaled, shifted.
///
/// A patient's x runs to the patient's left (to the right in the picture), y to the back (down), both from
/// the middle of the chest.
struct PictureFrame: Sendable {
    let size: Int
    let millimetersPerPixel: Double
    /// Pixel position of the patient's origin.
    let center: SIMD2<Double>
    let cosine: Double
    let sine: Double

    init(size: Int, millimetersPerPixel: Double, center: SIMD2<Double>, angleRadians: Double) {
        self.size = size
        self.millimetersPerPixel = millimetersPerPixel
        self.center = center
        self.cosine = cos(angleRadians)
        self.sine = sin(angleRadians)
    }

    func pixel(_ point: SIMD2<Double>) -> SIMD2<Double> {
        let turned = SIMD2(
            self.cosine * point.x - self.sine * point.y,
            self.sine * point.x + self.cosine * point.y
        )
        return self.center + turned / self.millimetersPerPixel
    }

    func point(_ pixel: SIMD2<Double>) -> SIMD2<Double> {
        let turned = (pixel - self.center) * self.millimetersPerPixel
        return SIMD2(
            self.cosine * turned.x + self.sine * turned.y,
            -self.sine * turned.x + self.cosine * turned.y
        )
    }
}

/// A slice while it is painted: tissue over tissue with exact edges, and the share of each pixel that is
/// lung.
struct Canvas: Sendable {
    /// What a shape may cover.
    enum Clip: Sendable {
        case none
        /// Only what lies below the skin.
        case body
        /// Only the inside of the rib cage.
        case cavity
    }

    let frame: PictureFrame
    /// (size, size) Hounsfield units.
    var hounsfield: [Float]
    /// (size, size) shares 0 to 1.
    var lung: [Float]
    /// (size, size) shares 0 to 1.
    var cavity: [Float]
    /// (size, size) shares 0 to 1.
    var body: [Float]
    private var accumulator: [Float] = []

    init(frame: PictureFrame) {
        let count = frame.size * frame.size
        self.frame = frame
        self.hounsfield = Array(repeating: Tissue.air, count: count)
        self.lung = Array(repeating: 0, count: count)
        self.cavity = Array(repeating: 0, count: count)
        self.body = Array(repeating: 0, count: count)
    }

    /// Paints a closed shape; what is painted is no longer lung.
    mutating func paint(_ shape: [SIMD2<Double>], _ value: Float, clip: Clip = .none) {
        guard let box = self.accumulate(shape) else { return }
        let size = self.frame.size
        for row in 0..<box.height {
            var index = (box.top + row) * size + box.left
            var sum: Float = 0
            var cell = row * box.stride
            for _ in 0..<box.width {
                sum += self.accumulator[cell]
                cell &+= 1
                var share = min(abs(sum), 1)
                if share > 0.001 {
                    switch clip {
                    case .none: break
                    case .body: share *= self.body[index]
                    case .cavity: share *= self.cavity[index]
                    }
                    self.hounsfield[index] += share * (value - self.hounsfield[index])
                    self.lung[index] *= 1 - share
                }
                index &+= 1
            }
        }
    }

    /// Marks a closed shape as what lies below the skin, besides what was marked before.
    mutating func openBody(_ shape: [SIMD2<Double>]) {
        guard let box = self.accumulate(shape) else { return }
        self.eachShare(in: box) { canvas, index, share in
            canvas.body[index] = max(canvas.body[index], share)
        }
    }

    /// Marks a closed shape as the inside of the rib cage, and as lung where wanted.
    mutating func openCavity(_ shape: [SIMD2<Double>], lung: Bool) {
        guard let box = self.accumulate(shape) else { return }
        self.eachShare(in: box) { canvas, index, share in
            canvas.cavity[index] = share
            if lung { canvas.lung[index] = share }
        }
    }

    /// Keeps as lung only what lies in one of the shapes, each meant for one side.
    mutating func keepLung(in shapes: [[SIMD2<Double>]]) {
        var kept = [Float](repeating: 0, count: self.lung.count)
        for shape in shapes {
            guard let box = self.accumulate(shape) else { continue }
            self.eachShare(in: box) { _, index, share in kept[index] = max(kept[index], share) }
        }
        for index in kept.indices {
            self.lung[index] *= kept[index]
        }
    }

    private mutating func eachShare(in box: Box, _ body: (inout Canvas, Int, Float) -> Void) {
        for row in 0..<box.height {
            var sum: Float = 0
            for column in 0..<box.width {
                sum += self.accumulator[row * box.stride + column]
                body(&self, (box.top + row) * self.frame.size + box.left + column, min(abs(sum), 1))
            }
        }
    }
}

// MARK: Exact coverage

extension Canvas {
    /// The pixels which a shape touches.
    private struct Box {
        let left: Int
        let top: Int
        let width: Int
        let height: Int
        var stride: Int { self.width + 2 }
    }

    /// Leaves in each cell of `accumulator` the change of coverage from the pixel before it in the row.
    private mutating func accumulate(_ shape: [SIMD2<Double>]) -> Box? {
        var points: [SIMD2<Double>] = []
        points.reserveCapacity(shape.count)
        var low = SIMD2<Double>(repeating: .infinity)
        var high = -low
        for point in shape {
            // Coverage counts pixels as squares from their corners, positions as from their middles.
            let pixel = self.frame.pixel(point) + 0.5
            low = pointwiseMin(low, pixel)
            high = pointwiseMax(high, pixel)
            points.append(pixel)
        }
        let limit = Double(self.frame.size)
        guard shape.count > 2, high.x > 0, high.y > 0, low.x < limit, low.y < limit else { return nil }
        let left = Int(max(low.x, 0))
        let top = Int(max(low.y, 0))
        let box = Box(
            left: left,
            top: top,
            width: Int(min(high.x.rounded(.up), limit)) - left,
            height: Int(min(high.y.rounded(.up), limit)) - top
        )
        guard box.width > 0, box.height > 0 else { return nil }
        let cells = box.stride * box.height
        if self.accumulator.count < cells {
            self.accumulator = Array(repeating: 0, count: cells)
        } else {
            for cell in 0..<cells { self.accumulator[cell] = 0 }
        }
        let offset = SIMD2(Double(left), Double(top))
        var previous = points[points.count - 1] - offset
        for point in points {
            let current = point - offset
            self.addEdge(from: previous, to: current, in: box)
            previous = current
        }
        return box
    }

    private mutating func addEdge(from start: SIMD2<Double>, to end: SIMD2<Double>, in box: Box) {
        guard start.y != end.y else { return }
        let sign: Float = start.y < end.y ? 1 : -1
        let (upper, lower) = start.y < end.y ? (start, end) : (end, start)
        let slope = (lower.x - upper.x) / (lower.y - upper.y)
        let firstRow = max(Int(max(upper.y, 0)), 0)
        let pastRow = min(Int(lower.y.rounded(.up)), box.height)
        guard firstRow < pastRow else { return }
        var x = upper.y < 0 ? upper.x - upper.y * slope : upper.x
        let limit = Double(box.width)
        for row in firstRow..<pastRow {
            let rise = min(Double(row + 1), lower.y) - max(Double(row), upper.y)
            let next = x + slope * rise
            self.addSpan(
                from: Float(min(max(min(x, next), 0), limit)),
                to: Float(min(max(max(x, next), 0), limit)),
                change: sign * Float(rise),
                at: row * box.stride
            )
            x = next
        }
    }

    /// One edge within one row: the area to its right, spread over the pixels it crosses.
    private mutating func addSpan(from x0: Float, to x1: Float, change: Float, at start: Int) {
        let floor0 = x0.rounded(.down)
        let first = Int(floor0)
        let past = Int(x1.rounded(.up))
        let left = x0 - floor0
        if past <= first + 1 {
            let share = 0.5 * (x0 + x1) - floor0
            self.accumulator[start + first] += change - change * share
            self.accumulator[start + first + 1] += change * share
            return
        }
        let density = 1 / (x1 - x0)
        let right = x1 - Float(past) + 1
        let head = 0.5 * density * (1 - left) * (1 - left)
        let tail = 0.5 * density * right * right
        self.accumulator[start + first] += change * head
        if past == first + 2 {
            self.accumulator[start + first + 1] += change * (1 - head - tail)
        } else {
            let second = density * (1.5 - left)
            self.accumulator[start + first + 1] += change * (second - head)
            for column in (first + 2)..<(past - 1) {
                self.accumulator[start + column] += change * density
            }
            let sum = second + Float(past - first - 3) * density
            self.accumulator[start + past - 1] += change * (1 - sum - tail)
        }
        self.accumulator[start + past] += change * tail
    }
}

/// A mask under construction: one byte a pixel, 0 or 1, row-major.
struct Plane {
    let rows: Int
    let columns: Int
    var pixels: [UInt8]

    /// A plane filled with one value.
    init(rows: Int, columns: Int, filledWith value: UInt8 = 0) {
        self.rows = rows
        self.columns = columns
        self.pixels = [UInt8](repeating: value, count: rows * columns)
    }

    /// Number of pixels that are 1.
    var area: Int {
        var sum = 0
        for pixel in pixels { sum &+= Int(pixel) }
        return sum
    }

    /// Keeps only the pixels that are also set in a plane of the same size.
    mutating func formIntersection(_ other: Plane) {
        precondition(other.rows == rows && other.columns == columns)
        let source = other.pixels.span
        var target = pixels.mutableSpan
        for i in 0..<target.count { target[i] &= source[i] }
    }

    /// Sets the pixels that are set in a plane of the same size.
    mutating func formUnion(_ other: Plane) {
        precondition(other.rows == rows && other.columns == columns)
        let source = other.pixels.span
        var target = pixels.mutableSpan
        for i in 0..<target.count { target[i] |= source[i] }
    }

    /// The part inside a box, which may reach beyond the plane: what lies outside is 0.
    func cut(_ box: Box) -> Plane {
        var result = Plane(rows: box.rows, columns: box.columns)
        let within = box.clipped(rows: rows, columns: columns)
        for y in within.top..<within.bottom {
            let source = y * columns
            let target = (y - box.top) * box.columns - box.left
            for x in within.left..<within.right { result.pixels[target + x] = pixels[source + x] }
        }
        return result
    }
}

/// A rectangle of pixels: rows `top..<bottom`, columns `left..<right`.
struct Box: Equatable {
    var top: Int
    var bottom: Int
    var left: Int
    var right: Int

    var rows: Int { bottom - top }
    var columns: Int { right - left }

    /// Grown by a margin on every side.
    func grown(by margin: Int) -> Box {
        Box(top: top - margin, bottom: bottom + margin, left: left - margin, right: right + margin)
    }

    /// The part that lies on a grid; empty (not inverted) when nothing does.
    func clipped(rows: Int, columns: Int) -> Box {
        let (top, left) = (min(max(self.top, 0), rows), min(max(self.left, 0), columns))
        return Box(
            top: top,
            bottom: min(max(bottom, top), max(rows, top)),
            left: left,
            right: min(max(right, left), max(columns, left))
        )
    }
}

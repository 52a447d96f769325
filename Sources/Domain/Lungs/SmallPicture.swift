import Tomography

/// An 8-bit picture shrunk (or enlarged) so that its long side has 256 pixels.
struct SmallPicture {
    let rows: Int
    let columns: Int
    /// (rows x columns), row-major, 0...255.
    let values: [UInt8]

    /// Long side of the small picture, pixels.
    static let longSide = 256

    /// Box filter: each pixel is the mean of the pixels under it, first along rows, then along columns,
    /// rounded to whole numbers after each. Values beyond 0...255 are clipped.
    init(of slice: CTSlice) {
        let scale = Double(Self.longSide) / Double(max(slice.rows, slice.columns))
        rows = max(1, Int((Double(slice.rows) * scale).rounded(.toNearestOrEven)))
        columns = max(1, Int((Double(slice.columns) * scale).rounded(.toNearestOrEven)))
        let across = BoxFilter(from: slice.columns, to: columns)
        let down = BoxFilter(from: slice.rows, to: rows)
        var small = [UInt8](repeating: 0, count: rows * columns)
        var narrow = [UInt8](repeating: 0, count: slice.rows * columns)
        var line = [UInt8](repeating: 0, count: slice.columns)
        for y in 0..<slice.rows {
            let source = slice.values[y * slice.columns..<(y + 1) * slice.columns]
            for (x, value) in zip(line.indices, source) { line[x] = UInt8(clamping: value) }
            across.shrink(line.span, to: &narrow, at: y * columns)
        }
        var sums = [Int32](repeating: 0, count: columns)
        for y in 0..<rows {
            down.shrink(narrow.span, columns: columns, target: y, &sums, to: &small)
        }
        values = small
    }

    /// The pixels whose value is not above a threshold.
    func plane(upTo threshold: Float) -> Plane {
        var plane = Plane(rows: rows, columns: columns)
        // A value is a whole number, so the threshold may be rounded down; below 0 nothing is dark.
        guard threshold >= 0 else { return plane }
        let limit = UInt8(min(threshold.rounded(.down), 255))
        var flags = [UInt8](repeating: 0, count: columns)
        for y in 0..<rows {
            let row = values.span.extracting(y * columns..<(y + 1) * columns)
            for x in 0..<columns { flags[x] = row[x] <= limit ? 1 : 0 }
            plane.setRow(y, flags: flags.span)
        }
        return plane
    }
}

/// One axis of the shrinking: which source pixels make up each target pixel. All count equally.
private struct BoxFilter {
    private let ranges: [Range<Int>]

    init(from sourceCount: Int, to targetCount: Int) {
        let ratio = Double(sourceCount) / Double(targetCount)
        let support = max(ratio, 1) / 2
        ranges = (0..<targetCount).map { target in
            let center = (Double(target) + 0.5) * ratio
            let first = max(0, Int(center - support + 0.5))
            let end = min(sourceCount, Int(center + support + 0.5))
            // A pixel whose center lies on the box's left edge belongs to the box, on its right edge to the
            // next.
            let inside = (first..<max(end, first)).filter {
                let place = (Double($0) - center + 0.5) / (2 * support)
                return place > -0.5 && place <= 0.5
            }
            guard let low = inside.first, let high = inside.last else {
                let nearest = min(first, sourceCount - 1)
                return nearest..<nearest + 1
            }
            return low..<high + 1
        }
    }

    /// Writes the rounded means along one row, in 22-bit fixed point.
    func shrink(_ row: Span<UInt8>, to result: inout [UInt8], at start: Int) {
        for (target, range) in ranges.enumerated() {
            var sum: Int32 = 0
            for place in range { sum &+= Int32(row[place]) }
            result[start + target] = Self.mean(sum, count: range.count)
        }
    }

    /// Writes the rounded means of the rows that make up one target row.
    func shrink(
        _ rows: Span<UInt8>,
        columns: Int,
        target: Int,
        _ sums: inout [Int32],
        to result: inout [UInt8]
    ) {
        for x in sums.indices { sums[x] = 0 }
        for y in ranges[target] {
            for x in sums.indices { sums[x] &+= Int32(rows[y * columns + x]) }
        }
        for x in sums.indices {
            result[target * columns + x] = Self.mean(sums[x], count: ranges[target].count)
        }
    }

    @inline(__always)
    private static func mean(_ sum: Int32, count: Int) -> UInt8 {
        let weight = Int(0.5 + Double(1 << 22) / Double(count))
        return UInt8(clamping: (Int(sum) * weight + (1 << 21)) >> 22)
    }
}

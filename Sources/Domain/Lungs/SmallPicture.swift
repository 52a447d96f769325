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
        let source = slice.values.map { UInt8(clamping: $0) }
        let across = BoxFilter(from: slice.columns, to: columns)
        let down = BoxFilter(from: slice.rows, to: rows)
        var narrow = [UInt8](repeating: 0, count: slice.rows * columns)
        for place in narrow.indices {
            let (y, x) = place.quotientAndRemainder(dividingBy: columns)
            narrow[place] = across.mean(x) { source[y * slice.columns + $0] }
        }
        var small = [UInt8](repeating: 0, count: rows * columns)
        for place in small.indices {
            let (y, x) = place.quotientAndRemainder(dividingBy: columns)
            small[place] = down.mean(y) { [columns] in narrow[$0 * columns + x] }
        }
        values = small
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

    /// The rounded mean of a target pixel's sources, in 22-bit fixed point.
    @inline(__always)
    func mean(_ target: Int, _ value: (Int) -> UInt8) -> UInt8 {
        let range = ranges[target]
        let weight = Int(0.5 + Double(1 << 22) / Double(range.count))
        var sum = 1 << 21
        for i in range { sum += weight * Int(value(i)) }
        return UInt8(clamping: sum >> 22)
    }
}

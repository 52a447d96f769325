/// The squared Euclidean distance of every pixel to the nearest 1 of a plane, in linear time.
///
/// Meijster's method: distances along columns, then for each row the lower envelope of the parabolas
/// (x - i)² + g(i)², where g(i) is the distance within column i.
///
/// - Returns: (rows x columns), row-major; `Int32.max` everywhere when the plane holds no 1.
func squaredDistances(to plane: Plane) -> [Int32] {
    let (rows, columns) = (plane.rows, plane.columns)
    var result = [Int32](repeating: .max, count: rows * columns)
    guard plane.area > 0 else { return result }
    // A distance that no pixel can have, so that columns without a 1 never win against columns with one.
    let unreachable = Int32(rows + columns)
    let steps = columnDistances(to: plane, unreachable: unreachable)
    var envelope = LowerEnvelope(columns: columns)
    for y in 0..<rows {
        let row = y * columns..<(y + 1) * columns
        envelope.build(over: steps.span.extracting(row))
        for (x, distance) in zip(row, envelope.distances) { result[x] = distance }
    }
    return result
}

/// Distance of every pixel to the nearest 1 in its own column, at most `unreachable`.
private func columnDistances(to plane: Plane, unreachable: Int32) -> [Int32] {
    let (rows, columns) = (plane.rows, plane.columns)
    var result = [Int32](repeating: unreachable, count: rows * columns)
    for i in result.indices {
        if plane.pixels[i] == 1 {
            result[i] = 0
        } else if i >= columns {
            result[i] = min(result[i - columns] + 1, unreachable)
        }
    }
    for i in result.indices.dropLast(columns).reversed() {
        result[i] = min(result[i], result[i + columns] + 1)
    }
    return result
}

/// The lower envelope of one row's parabolas.
private struct LowerEnvelope {
    /// (columns): the squared distances of the row built last.
    private(set) var distances: [Int32]
    /// Columns whose parabolas make up the envelope, and the first column where each is the lowest.
    private var apexes: [Int32]
    private var starts: [Int32]

    init(columns: Int) {
        distances = [Int32](repeating: 0, count: columns)
        apexes = distances
        starts = distances
    }

    mutating func build(over steps: Span<Int32>) {
        let columns = Int32(steps.count)
        func height(_ x: Int32, _ apex: Int32) -> Int32 {
            let step = steps[Int(apex)]
            return (x - apex) * (x - apex) + step * step
        }
        // The last column up to which the parabola of `a` is not above that of `b`, for a < b.
        func last(_ a: Int32, _ b: Int32) -> Int32 {
            let (stepA, stepB) = (steps[Int(a)], steps[Int(b)])
            let numerator = b * b - a * a + stepB * stepB - stepA * stepA
            let denominator = 2 * (b - a)
            // Division rounds toward zero; the envelope needs rounding down.
            return numerator >= 0 ? numerator / denominator : -((denominator - 1 - numerator) / denominator)
        }
        var top = 0
        apexes[0] = 0
        starts[0] = 0
        for x in 1..<max(columns, 1) {
            while top >= 0, height(starts[top], apexes[top]) > height(starts[top], x) { top -= 1 }
            if top < 0 {
                top = 0
                apexes[0] = x
                starts[0] = 0
            } else {
                let start = last(apexes[top], x) + 1
                if start < columns {
                    top += 1
                    apexes[top] = x
                    starts[top] = start
                }
            }
        }
        for x in stride(from: columns - 1, through: 0, by: -1) {
            distances[Int(x)] = height(x, apexes[top])
            if x == starts[top] { top -= 1 }
        }
    }
}

private import Glibc

/// Where every pixel of the crop lies in the source, for one bilinear resample.
struct Resampling {
    private let rows: Int
    private let columns: Int
    /// (128 x 128): places in the source, x and y.
    private let places: [SIMD2<Double>]

    init(frame: CanonicalFrame, rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        let half = Double(LungCrop.side - 1) / 2
        let (c, s) = (cos(frame.angleRadians), sin(frame.angleRadians))
        var places: [SIMD2<Double>] = []
        places.reserveCapacity(LungCrop.side * LungCrop.side)
        for y in 0..<LungCrop.side {
            let dy = Double(y) - half
            for x in 0..<LungCrop.side {
                let dx = Double(x) - half
                places.append(
                    SIMD2(
                        frame.centerX + c * frame.scaleX * dx - s * frame.scaleY * dy,
                        frame.centerY + s * frame.scaleX * dx + c * frame.scaleY * dy
                    )
                )
            }
        }
        self.places = places
    }

    /// The source at every place; beyond its edge, the edge.
    ///
    /// - Parameter source: (rows x columns).
    func image(_ source: [Float]) -> [Float] {
        precondition(source.count == rows * columns)
        let source = source.span
        var result = [Float](repeating: 0, count: places.count)
        for (index, place) in places.enumerated() {
            let x = min(max(place.x, 0), Double(columns - 1))
            let y = min(max(place.y, 0), Double(rows - 1))
            // SAFETY: x and y were just brought inside, and source has rows x columns values.
            result[index] = interpolated(x, y) { unsafe Double(source[unchecked: $0]) }
        }
        return result
    }

    /// How much of labels 1 and 2 lies at every place; nothing beyond the edge.
    ///
    /// - Parameter labels: (rows x columns).
    func shares(of labels: [UInt8]) -> (first: [Float], second: [Float]) {
        precondition(labels.count == rows * columns)
        let labels = labels.span
        var first = [Float](repeating: 0, count: places.count)
        var second = first
        for (index, place) in places.enumerated() {
            guard place.x >= 0, place.y >= 0, place.x <= Double(columns - 1), place.y <= Double(rows - 1)
            else { continue }
            let corner = Int(place.y) * columns + Int(place.x)
            // SAFETY: the place lies inside, and labels has rows x columns values; the other three pixels lie
            // inside too, for `right` and `below` are 0 at the last column and row.
            let (right, below) = (Int(place.x) + 1 < columns ? 1 : 0, Int(place.y) + 1 < rows ? columns : 0)
            let label = unsafe labels[unchecked: corner]
            let others = unsafe SIMD4<UInt8>(
                label,
                labels[unchecked: corner + right],
                labels[unchecked: corner + below],
                labels[unchecked: corner + below + right]
            )
            let isUniform = others == SIMD4(repeating: label)
            if isUniform {
                // Nearly all places are so, and need no weights: they add up to 1.
                if label == 1 { first[index] = 1 } else if label == 2 { second[index] = 1 }
                continue
            }
            // SAFETY: as above.
            first[index] = interpolated(place.x, place.y) { unsafe labels[unchecked: $0] == 1 ? 1 : 0 }
            second[index] = interpolated(place.x, place.y) { unsafe labels[unchecked: $0] == 2 ? 1 : 0 }
        }
        return (first, second)
    }

    /// The bilinear mean of the four pixels around a place inside the source, in half precision.
    @inline(__always)
    private func interpolated(_ x: Double, _ y: Double, _ value: (Int) -> Double) -> Float {
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, columns - 1), min(top + 1, rows - 1))
        let (fx, fy) = (x - Double(left), y - Double(top))
        let (upper, lower) = (top * columns, bottom * columns)
        // Row by row, the row's weight first: the order in which the reference rounds.
        var sum = value(upper + left) * (1 - fy) * (1 - fx)
        sum += value(upper + right) * (1 - fy) * fx
        sum += value(lower + left) * fy * (1 - fx)
        sum += value(lower + right) * fy * fx
        return roundedToHalf(Float(sum))
    }
}

/// The nearest number of half precision, ties to even, for 0...1.
@inline(__always)
func roundedToHalf(_ value: Float) -> Float {
    // Below 2^-14 halves are evenly spaced by 2^-24, as floats are from 0.5 to 1: adding 0.5 rounds.
    if value < 0x1p-14 { return (value + 0.5) - 0.5 }
    // Above, keep 10 of the 23 bits of the fraction.
    let bits = value.bitPattern
    return Float(bitPattern: (bits + 0x0FFF + ((bits >> 13) & 1)) & ~0x1FFF)
}

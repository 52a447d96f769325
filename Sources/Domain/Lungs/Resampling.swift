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
    func image(_ source: [Float]) -> [Float] {
        let limit = SIMD2(Double(columns - 1), Double(rows - 1))
        return places.map { place in
            // Written so that a value beyond the edge is exactly the edge's.
            let inside = SIMD2(min(max(place.x, 0), limit.x), min(max(place.y, 0), limit.y))
            return roundedToHalf(interpolated(at: inside) { Double(source[$0]) })
        }
    }

    /// How much of a label lies at every place; nothing beyond the edge.
    func share(of label: UInt8, in labels: [UInt8]) -> [Float] {
        let limit = SIMD2(Double(columns - 1), Double(rows - 1))
        return places.map { place in
            guard place.x >= 0, place.y >= 0, place.x <= limit.x, place.y <= limit.y else { return 0 }
            return roundedToHalf(interpolated(at: place) { labels[$0] == label ? 1 : 0 })
        }
    }

    @inline(__always)
    private func interpolated(at place: SIMD2<Double>, _ value: (Int) -> Double) -> Float {
        let (left, top) = (Int(place.x), Int(place.y))
        let (right, bottom) = (min(left + 1, columns - 1), min(top + 1, rows - 1))
        let (fx, fy) = (place.x - Double(left), place.y - Double(top))
        let (upper, lower) = (top * columns, bottom * columns)
        let above = value(upper + left) * (1 - fy) * (1 - fx) + value(upper + right) * (1 - fy) * fx
        let below = value(lower + left) * fy * (1 - fx) + value(lower + right) * fy * fx
        return Float(above + below)
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

private import Glibc

/// Where every pixel of the crop lies in the source, for one bilinear resample.
struct Resampling {
    private let rows: Int
    private let columns: Int
    /// (128): the part of a place that its column in the crop makes, and the part that its row makes.
    private let byColumn: [SIMD2<Double>]
    private let byRow: [SIMD2<Double>]

    init(frame: CanonicalFrame, rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        let half = Double(LungCrop.side - 1) / 2
        let (c, s) = (cos(frame.angleRadians), sin(frame.angleRadians))
        byColumn = (0..<LungCrop.side).map { x in
            let dx = Double(x) - half
            return SIMD2(frame.centerX + c * frame.scaleX * dx, frame.centerY + s * frame.scaleX * dx)
        }
        byRow = (0..<LungCrop.side).map { y in
            let dy = Double(y) - half
            return SIMD2(-(s * frame.scaleY * dy), c * frame.scaleY * dy)
        }
    }

    /// The part of the source that shows in the crop, with what its edge pixels are interpolated with.
    var box: Box {
        let (first, last) = (0, LungCrop.side - 1)
        let corners = [first, last].flatMap { x in [first, last].map { y in byColumn[x] + byRow[y] } }
        // One pixel more: places within may be rounded otherwise than at the corners.
        func range(_ places: [Double], count: Int) -> Range<Int> {
            let low = Int(min(max((places.min() ?? 0).rounded(.down) - 1, 0), Double(count - 1)))
            let high = Int(min(max((places.max() ?? 0).rounded(.down) + 2, 0), Double(count - 1)))
            return low..<high + 1
        }
        let (x, y) = (range(corners.map(\.x), count: columns), range(corners.map(\.y), count: rows))
        return Box(top: y.lowerBound, bottom: y.upperBound, left: x.lowerBound, right: x.upperBound)
    }

    /// The source at every place; beyond its edge, the edge.
    ///
    /// - Parameter part: the source's `box`.
    func image(_ part: BlurredPart) -> [Float] {
        let (box, width) = (part.box, part.box.columns)
        precondition(part.values.count == box.rows * width && box == self.box)
        let source = part.values.span
        let origin = box.top * width + box.left
        let (lastX, lastY) = (Double(columns - 1), Double(rows - 1))
        return unsafe Self.plane { target in
            forEachPlace { index, place in
                let (x, y) = (min(max(place.x, 0), lastX), min(max(place.y, 0), lastY))
                let (left, top) = (Int(x), Int(y))
                let (right, below) = (left &+ 1 < columns ? 1 : 0, top &+ 1 < rows ? width : 0)
                let corner = top &* width &+ left &- origin
                // SAFETY: x and y were just brought inside, so the four pixels lie in `box`, whose part this is.
                let value = unsafe Self.mean(
                    SIMD2(x - Double(left), y - Double(top)),
                    Double(source[unchecked: corner]),
                    Double(source[unchecked: corner &+ right]),
                    Double(source[unchecked: corner &+ below]),
                    Double(source[unchecked: corner &+ below &+ right])
                )
                unsafe target[index] = value
            }
        }
    }

    /// How much of labels 1 and 2 lies at every place; nothing beyond the edge.
    ///
    /// - Parameter labels: (rows x columns).
    func shares(of labels: [UInt8]) -> (first: [Float], second: [Float]) {
        precondition(labels.count == rows * columns)
        let labels = labels.span
        let (lastX, lastY) = (Double(columns - 1), Double(rows - 1))
        var second: [Float] = []
        let first = unsafe Self.plane { first in
            second = unsafe Self.plane { second in
                forEachPlace { index, place in
                    unsafe (first[index], second[index]) = (0, 0)
                    guard place.x >= 0, place.y >= 0, place.x <= lastX, place.y <= lastY else { return }
                    let (left, top) = (Int(place.x), Int(place.y))
                    let (right, below) = (left &+ 1 < columns ? 1 : 0, top &+ 1 < rows ? columns : 0)
                    let corner = top &* columns &+ left
                    // SAFETY: the place lies inside, and labels has rows x columns values; the other three pixels
                    // lie inside too, for `right` and `below` are 0 at the last column and row.
                    let four = unsafe SIMD4<UInt8>(
                        labels[unchecked: corner],
                        labels[unchecked: corner &+ right],
                        labels[unchecked: corner &+ below],
                        labels[unchecked: corner &+ below &+ right]
                    )
                    guard four != SIMD4(repeating: four.x) else {
                        // Nearly all places are so, and need no weights: they add up to 1.
                        if four.x == 1 { unsafe first[index] = 1 }
                        if four.x == 2 { unsafe second[index] = 1 }
                        return
                    }
                    let fraction = SIMD2(place.x - Double(left), place.y - Double(top))
                    unsafe first[index] = Self.share(of: 1, among: four, fraction)
                    unsafe second[index] = Self.share(of: 2, among: four, fraction)
                }
            }
        }
        return (first, second)
    }

    /// How much of a place belongs to a label that some of its four pixels have.
    private static func share(of label: UInt8, among four: SIMD4<UInt8>, _ fraction: SIMD2<Double>) -> Float {
        func isThere(_ other: UInt8) -> Double { other == label ? 1 : 0 }
        return Self.mean(fraction, isThere(four.x), isThere(four.y), isThere(four.z), isThere(four.w))
    }

    /// A plane of 128 x 128 numbers, all of which a function writes.
    @inline(__always)
    private static func plane(_ write: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        let count = LungCrop.side * LungCrop.side
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            // SAFETY: a buffer that is not empty has a base, and there is room for all that `forEachPlace` counts.
            if let base = buffer.baseAddress { unsafe write(base) }
            initialized = count
        }
    }

    /// Calls a function with each of the 128 x 128 places and its index, row by row.
    @inline(__always)
    private func forEachPlace(_ body: (Int, SIMD2<Double>) -> Void) {
        let across = byColumn.span
        var index = 0
        for row in byRow {
            for x in 0..<LungCrop.side {
                // SAFETY: there are 128 columns.
                body(index, unsafe across[unchecked: x] + row)
                index &+= 1
            }
        }
    }

    /// The bilinear mean of four pixels, in half precision.
    ///
    /// - Parameter fraction: how far the place lies from the first pixel towards the second (x) and third (y).
    @inline(__always)
    private static func mean(
        _ fraction: SIMD2<Double>,
        _ a: Double,
        _ b: Double,
        _ c: Double,
        _ d: Double
    ) -> Float {
        // Row by row, the row's weight first: the order in which the reference rounds.
        var sum = a * (1 - fraction.y) * (1 - fraction.x)
        sum += b * (1 - fraction.y) * fraction.x
        sum += c * fraction.y * (1 - fraction.x)
        sum += d * fraction.y * fraction.x
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

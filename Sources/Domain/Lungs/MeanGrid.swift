import Tomography

/// The 2 x 2 mean of a slice in Hounsfield units, kept exact as the sum of the four clipped values.
struct MeanGrid: Sendable {
    private(set) var rows = 0
    private(set) var columns = 0
    /// (rows x columns), row-major: four times the mean, -4096...12284.
    private(set) var sums: [Int16] = []
    private var flags: [UInt8] = []

    /// What a slice without a spacing is taken to have, millimeters.
    static let assumedSpacingMillimeters = 0.75
    /// Values outside are scanner padding or metal: they are clipped before the mean is taken.
    static let clip: ClosedRange<Int16> = -1024...3071

    init() {}

    /// Sums 2 x 2 pixels; an odd last row or column is dropped.
    init(of slice: CTSlice) { take(slice) }

    /// Becomes the grid of another slice; allocates only to grow.
    mutating func take(_ slice: CTSlice) {
        let (rows, columns) = (slice.rows / 2, slice.columns / 2)
        (self.rows, self.columns) = (rows, columns)
        if sums.count != rows * columns { sums = [Int16](repeating: 0, count: rows * columns) }
        let source = slice.values.span
        var target = sums.mutableSpan
        let (low, high) = (Self.clip.lowerBound, Self.clip.upperBound)
        for y in 0..<rows {
            let upper = 2 * y * slice.columns
            let lower = upper + slice.columns
            let start = y * columns
            for block in 0..<columns / Self.blockColumns {
                let (from, to) = (2 * Self.blockColumns * block, start + Self.blockColumns * block)
                // SAFETY: 2 * columns <= slice.columns, so both rows have two blocks of source from there, and the
                // target has one.
                let above = Self.clipped(source, at: upper + from)
                let sum = above &+ Self.clipped(source, at: lower + from)
                Self.store(sum.evenHalf &+ sum.oddHalf, in: &target, at: to)
            }
            for x in columns / Self.blockColumns * Self.blockColumns..<columns {
                // SAFETY: lower + 2 * x + 1 < (2 * y + 2) * slice.columns <= source.count; y * columns + x <
                // target.count.
                unsafe target[unchecked: start &+ x] =
                    min(max(source[unchecked: upper &+ 2 &* x], low), high)
                    &+ min(max(source[unchecked: upper &+ 2 &* x &+ 1], low), high)
                    &+ min(max(source[unchecked: lower &+ 2 &* x], low), high)
                    &+ min(max(source[unchecked: lower &+ 2 &* x &+ 1], low), high)
            }
        }
    }

    /// Pixels of the grid that are summed side by side.
    private static let blockColumns = 8

    @inline(__always)
    private static func clipped(_ source: Span<Int16>, at place: Int) -> SIMD16<Int16> {
        // SAFETY: the caller has compared the place with the span; every bit pattern is a number.
        let values = unsafe source.bytes.unsafeLoadUnaligned(
            fromByteOffset: 2 &* place,
            as: SIMD16<Int16>.self
        )
        return values.clamped(
            lowerBound: SIMD16(repeating: clip.lowerBound),
            upperBound: SIMD16(repeating: clip.upperBound)
        )
    }

    @inline(__always)
    private static func store(_ sums: SIMD8<Int16>, in target: inout MutableSpan<Int16>, at place: Int) {
        // SAFETY: the caller has compared the place with the span.
        for lane in 0..<8 { unsafe target[unchecked: place &+ lane] = sums[lane] }
    }

    /// Makes a plane the pixels whose mean is above a number of HU.
    mutating func draw(above hounsfield: Int16, on plane: inout Plane) {
        let limit = 4 * hounsfield
        draw(on: &plane) { $0 > limit ? 1 : 0 }
    }

    /// Makes a plane the pixels whose mean is below a number of HU.
    mutating func draw(below hounsfield: Int16, on plane: inout Plane) {
        let limit = 4 * hounsfield
        draw(on: &plane) { $0 < limit ? 1 : 0 }
    }

    @inline(__always)
    private mutating func draw(on plane: inout Plane, _ test: (Int16) -> UInt8) {
        plane.reset(rows: rows, columns: columns)
        let source = sums
        if flags.count != columns { flags = [UInt8](repeating: 0, count: columns) }
        for y in 0..<rows {
            Self.test(source.span.extracting(y * columns..<(y + 1) * columns), into: &flags, test)
            plane.setRow(y, flags: flags.span)
        }
    }

    @inline(__always)
    private static func test(_ row: Span<Int16>, into flags: inout [UInt8], _ test: (Int16) -> UInt8) {
        precondition(row.count == flags.count)
        var flags = flags.mutableSpan
        // SAFETY: both have the same number of elements.
        for x in 0..<row.count { unsafe flags[unchecked: x] = test(row[unchecked: x]) }
    }

    /// Side of a grid pixel, millimeters: twice the slice's spacing (the geometric mean of its two spacings).
    static func millimeters(of slice: CTSlice) -> Double {
        guard let spacing = slice.spacing else { return 2 * assumedSpacingMillimeters }
        if spacing.rowMillimeters == spacing.columnMillimeters { return 2 * spacing.rowMillimeters }
        return 2 * (spacing.rowMillimeters * spacing.columnMillimeters).squareRoot()
    }
}

extension Plane {
    /// Sets a row of a plane from bytes that are 0 or 1, one a pixel.
    mutating func setRow(_ y: Int, flags: Span<UInt8>) {
        precondition(flags.count == columns && y >= 0 && y < rows)
        let base = origin + y * stride
        // SAFETY: the bytes are only read.
        let bytes = unsafe flags.bytes
        for eight in 0..<columns / 8 {
            // SAFETY: 8 * eight + 8 <= columns = bytes.byteCount.
            let ones = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * eight, as: UInt64.self)
            // Byte i times 2^(56 - 7 i) brings its bit to place 56 + i; no two products meet.
            let bits = (UInt64(littleEndian: ones) &* 0x0102_0408_1020_4080) >> 56
            words[base + eight / 8] |= bits << UInt64(8 * (eight % 8))
        }
        for x in columns / 8 * 8..<columns where flags[x] == 1 {
            words[base + x / 64] |= 1 << UInt64(x % 64)
        }
    }

    /// (rows x columns), row-major: writes a number where a pixel is 1 and the labels are still 0.
    func write(_ label: UInt8, into labels: inout [UInt8], at box: Box, columns width: Int) {
        for y in 0..<rows {
            let target = (box.top + y) * width + box.left
            for word in 0..<stride {
                var bits = words[origin + y * stride + word]
                while bits != 0 {
                    let first = bits.trailingZeroBitCount
                    // All ones from the first one on: the next zero ends the run.
                    let count = (~(bits >> UInt64(first))).trailingZeroBitCount
                    for x in target + 64 * word + first..<target + 64 * word + first + count
                    where labels[x] == 0 {
                        labels[x] = label
                    }
                    bits &= first + count >= 64 ? 0 : .max << UInt64(first + count)
                }
            }
        }
    }
}

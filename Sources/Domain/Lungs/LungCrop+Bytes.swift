/// A crop as databases and messages hold it: the image in half precision, then each lung's shares as runs of equal
/// halves, each run a count and a half of 16 bits, little-endian.
///
/// Crops are rounded to half precision when they are made, so what is read equals what was written to the last bit.
/// Shares are 0 or 1 nearly everywhere: runs take them from 32 kB to about 3.
extension LungCrop {
    private static let pixelCount = side * side

    /// The crop as bytes.
    package var bytes: [UInt8] {
        var halves: [UInt16] = []
        halves.reserveCapacity(Self.pixelCount + 4_096)
        for value in image { halves.append(Self.half(value)) }
        for plane in [left, right] { Self.appendRuns(of: plane, to: &halves) }
        for index in halves.indices { halves[index] = halves[index].littleEndian }
        return unsafe halves.withUnsafeBytes { unsafe Array($0) }
    }

    /// Reads a crop; nil for anything but bytes that `bytes` wrote.
    package init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: 2), bytes.count >= 2 * Self.pixelCount else { return nil }
        let source = bytes.span
        // SAFETY: called with place < bytes.count / 2 alone.
        func half(_ place: Int) -> UInt16 {
            unsafe UInt16(source[unchecked: 2 &* place]) | UInt16(source[unchecked: 2 &* place &+ 1]) << 8
        }
        var planes = [(0..<Self.pixelCount).map { Self.value(half($0)) }]
        guard planes[0].allSatisfy({ $0.isFinite }) else { return nil }
        var place = Self.pixelCount
        for _ in 0..<2 {
            var plane: [Float] = []
            plane.reserveCapacity(Self.pixelCount)
            while plane.count < Self.pixelCount {
                guard place + 2 <= bytes.count / 2 else { return nil }
                let (length, value) = (Int(half(place)), Self.value(half(place + 1)))
                guard length > 0, length <= Self.pixelCount - plane.count, value.isFinite else { return nil }
                plane.append(contentsOf: repeatElement(value, count: length))
                place += 2
            }
            planes.append(plane)
        }
        guard place == bytes.count / 2 else { return nil }
        self.init(finiteImage: planes[0], left: planes[1], right: planes[2])
    }

    private static func appendRuns(of plane: [Float], to halves: inout [UInt16]) {
        let values = plane.span
        var start = 0
        while start < values.count {
            let value = values[start]
            var end = start + 1
            // SAFETY: end < values.count.
            while unsafe end < values.count && values[unchecked: end] == value { end += 1 }
            // 128 x 128 pixels fit a run of 16 bits.
            halves.append(UInt16(end - start))
            halves.append(half(value))
            start = end
        }
    }

    /// The half nearest to a value; nearly all are halves from 2^-14 to 1 and only lose what is 0 of them.
    @inline(__always)
    private static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        guard value >= 0x1p-14, value <= 1, bits & 0x1FFF == 0 else {
            return bits == 0 ? 0 : Float16(value).bitPattern
        }
        // A half's exponent counts from 112 further up.
        return UInt16(truncatingIfNeeded: (bits >> 13) &- (112 << 10))
    }

    @inline(__always)
    private static func value(_ half: UInt16) -> Float {
        guard (0x0400..<0x7C00).contains(half) else {
            return half == 0 ? 0 : Float(Float16(bitPattern: half))
        }
        return Float(bitPattern: UInt32(half) << 13 &+ 112 << 23)
    }
}

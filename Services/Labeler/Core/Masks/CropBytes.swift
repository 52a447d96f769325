import Lungs

/// A crop as the database keeps it: the image in half precision, then each lung's shares as runs of equal halves.
///
/// Crops are rounded to half precision when they are made, so what is read equals what was written to the last bit.
/// Shares are 0 or 1 nearly everywhere: runs take them from 32 kB to about 3.
enum CropBytes {
    private static let pixelCount = LungCrop.side * LungCrop.side

    static func encode(_ crop: LungCrop) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * Self.pixelCount + 8_192)
        for value in crop.image { Self.append(Float16(value).bitPattern, to: &bytes) }
        for plane in [crop.left, crop.right] { Self.appendRuns(of: plane, to: &bytes) }
        return bytes
    }

    /// Nil for anything but bytes that `encode` wrote.
    static func decode(_ bytes: [UInt8]) -> LungCrop? {
        var offset = 0
        func half() -> UInt16? {
            guard offset + 2 <= bytes.count else { return nil }
            defer { offset += 2 }
            return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
        }
        var planes: [[Float]] = [[]]
        for _ in 0..<Self.pixelCount {
            guard let bits = half() else { return nil }
            planes[0].append(Float(Float16(bitPattern: bits)))
        }
        for _ in 0..<2 {
            var plane: [Float] = []
            plane.reserveCapacity(Self.pixelCount)
            while plane.count < Self.pixelCount {
                guard let length = half(), let bits = half(), length > 0,
                    Int(length) <= Self.pixelCount - plane.count
                else { return nil }
                plane.append(
                    contentsOf: repeatElement(Float(Float16(bitPattern: bits)), count: Int(length))
                )
            }
            planes.append(plane)
        }
        guard offset == bytes.count else { return nil }
        return LungCrop(image: planes[0], left: planes[1], right: planes[2])
    }

    private static func appendRuns(of plane: [Float], to bytes: inout [UInt8]) {
        var start = 0
        while start < plane.count {
            let value = plane[start]
            let end = plane[start...].firstIndex { $0 != value } ?? plane.count
            // 128 x 128 pixels fit a run of 16 bits.
            Self.append(UInt16(end - start), to: &bytes)
            Self.append(Float16(value).bitPattern, to: &bytes)
            start = end
        }
    }

    private static func append(_ half: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: half))
        bytes.append(UInt8(truncatingIfNeeded: half >> 8))
    }
}

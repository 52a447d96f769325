import ImageCodecs
import TestKit

/// A made-up slice: an ellipse of tissue in air, two holes of lung, seeded noise. In stored values, HU of
/// slope 1.
func testSlice(rows: Int = 64, columns: Int = 80, seed: UInt64 = 1) -> [Int16] {
    var random = SplitMix64(seed: seed)
    var values: [Int16] = []
    for row in 0..<rows {
        for column in 0..<columns {
            let y = (Double(row) + 0.5) / Double(rows) * 2 - 1
            let x = (Double(column) + 0.5) / Double(columns) * 2 - 1
            let isBody = x * x + y * y < 0.8
            let isLung = (abs(x) - 0.4) * (abs(x) - 0.4) * 12 + y * y * 4 < 1
            let level = isLung ? -820.0 : isBody ? 40.0 : -990.0
            values.append(Int16((level + 30 * (random.unit() - 0.5)).rounded()))
        }
    }
    return values
}

/// A valid CT image over `testSlice`.
func testImage(rows: Int = 64, columns: Int = 80, seed: UInt64 = 1) -> CTImage {
    CTImage(
        rows: rows,
        columns: columns,
        stored: testSlice(rows: rows, columns: columns, seed: seed),
        studyUID: DICOMWriter.uid(1, seed),
        seriesUID: DICOMWriter.uid(2, seed),
        sopUID: DICOMWriter.uid(3, seed)
    )
}

/// The reason for which an object is refused; nil when it is taken.
func refusal(of bytes: [UInt8]) -> RefusalReason? {
    do {
        _ = try decodeObject(bytes)
        return nil
    } catch {
        return error.reason
    }
}

/// CRC-32 as in zip files, over little-endian Int16.
func crc32(_ values: [Int16]) -> UInt32 {
    var table: [UInt32] = []
    for index in UInt32(0)..<256 {
        var entry = index
        for _ in 0..<8 { entry = entry & 1 == 1 ? 0xEDB8_8320 ^ (entry >> 1) : entry >> 1 }
        table.append(entry)
    }
    var remainder = UInt32.max
    for value in values {
        let bits = UInt16(bitPattern: value)
        for byte in [UInt8(bits & 0xFF), UInt8(bits >> 8)] {
            remainder = table[Int((remainder ^ UInt32(byte)) & 0xFF)] ^ (remainder >> 8)
        }
    }
    return ~remainder
}

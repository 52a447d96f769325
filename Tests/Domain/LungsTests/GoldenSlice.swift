import Lungs
import TestKit
import Testing
import Tomography

/// One slice of the reference implementation: what went in, and what every stage gave.
struct GoldenSlice: CustomTestStringConvertible, Sendable {
    let number: Int

    static let hounsfield = (0...5).map { GoldenSlice(number: $0) }
    static let pictures = (6...7).map { GoldenSlice(number: $0) }

    var testDescription: String { "slice\(number)" }

    /// The golden arrays of the slice.
    func arrays() throws -> GoldenArrays { try SharedData.golden("slice\(number).npz") }

    /// A slice whose 2 x 2 mean is the golden one: each sum of four is spread over its four pixels again.
    func slice(_ golden: GoldenArrays) throws -> CTSlice? {
        if number >= 6 {
            let picture = try golden.array("grey_small_uint8")
            return CTSlice(
                rows: picture.shape[0],
                columns: picture.shape[1],
                scale: .grey8,
                spacing: nil,
                values: picture.integers.map { Int16($0) }
            )
        }
        let sums = try golden.array("mean2x2_hu_times_4_int16")
        let (rows, columns) = (sums.shape[0], sums.shape[1])
        let millimeters = try golden.scalar("pixel_spacing_mm")
        var values = [Int16](repeating: 0, count: 4 * rows * columns)
        for (place, sum) in sums.integers.enumerated() {
            let (y, x) = place.quotientAndRemainder(dividingBy: columns)
            for part in 0..<4 {
                // The four parts differ by at most one and add up to the sum.
                let value = (sum + 4 * 4096 + part) / 4 - 4096
                values[(2 * y + part / 2) * 2 * columns + 2 * x + part % 2] = Int16(value)
            }
        }
        return CTSlice(
            rows: 2 * rows,
            columns: 2 * columns,
            scale: .hounsfield,
            spacing: PixelSpacing(rowMillimeters: millimeters, columnMillimeters: millimeters),
            values: values
        )
    }

    /// The golden lung mask.
    func mask(_ golden: GoldenArrays) throws -> LungMask? {
        let labels = try golden.array("lung_mask")
        return LungMask(
            rows: labels.shape[0],
            columns: labels.shape[1],
            labels: labels.integers.map { UInt8($0) },
            millimetersPerPixel: nil
        )
    }
}

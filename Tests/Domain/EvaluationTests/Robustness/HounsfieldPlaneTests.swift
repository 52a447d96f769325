import Testing
import Tomography

@testable import Evaluation

@Suite("Planes of Hounsfield units")
struct HounsfieldPlaneTests {
    /// 12 x 10 numbers from -500 to 499 without order.
    private func plane() throws -> HounsfieldPlane {
        let values = (0..<120).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: 10)
            return Int16((37 * row * row + 91 * column + 13 * row * column) % 1_000 - 500)
        }
        return try plane(rows: 12, columns: 10, values)
    }

    private func plane(rows: Int, columns: Int, _ values: [Int16]) throws -> HounsfieldPlane {
        let slice = try #require(
            CTSlice(rows: rows, columns: columns, scale: .hounsfield, spacing: nil, values: values)
        )
        return try #require(HounsfieldPlane(of: slice))
    }

    private func expect(_ plane: HounsfieldPlane, _ value: (Golden) -> Float) {
        for golden in Self.golden {
            let found = plane.values[golden.row * 10 + golden.column]
            #expect(abs(found - value(golden)) < 0.02, "(\(golden.row), \(golden.column))")
        }
    }

    @Test("moved as scipy does it: rotated by 7 degrees, shifted, scaled to 0.92; air beyond the edge")
    func moved() throws {
        var (rotated, shifted, scaled) = (try plane(), try plane(), try plane())
        rotated.resample(.rotation(degrees: 7, centerRow: 5.5, centerColumn: 4.5))
        expect(rotated) { $0.rotated }
        shifted.resample(PlaneMap(row: (1, 0, -2.25), column: (0, 1, 3.5)))
        expect(shifted) { $0.shifted }
        scaled.resample(PlaneMap(row: (1 / 0.92, 0, 6 - 6 / 0.92), column: (0, 1 / 0.92, 5 - 5 / 0.92)))
        expect(scaled) { $0.scaled }
    }

    @Test("blurred as scipy does it")
    func blurred() throws {
        var plane = try plane()
        plane.blur(sigma: 1.5)
        expect(plane) { $0.blurred }
    }

    @Test("sharpened: what the blur takes away comes on top")
    func sharpened() throws {
        var (sharp, soft) = (try plane(), try plane())
        let before = sharp.values
        sharp.sharpen(sigma: 1.5, amount: 2)
        soft.blur(sigma: 1.5)
        for pixel in before.indices {
            let expected = before[pixel] + 2 * (before[pixel] - soft.values[pixel])
            #expect(abs(sharp.values[pixel] - expected) < 1e-3)
        }
    }

    @Test("padding is clipped first; a picture's window ends at black and white")
    func clippedAndWindowed() throws {
        let values: [Int16] = [-3_024, -1_400, -650, -600, 100, 3_500]
        let plane = try plane(rows: 2, columns: 3, values)
        #expect(plane.values == [-1_024, -1_024, -650, -600, 100, 3_071])
        let picture = try #require(plane.picture(center: -600, width: 1_000))
        #expect(picture.values == [19, 19, 115, 128, 255, 255] && picture.scale == .grey8)
        #expect(HounsfieldPlane(of: picture) == nil)
    }

    private struct Golden {
        let row: Int
        let column: Int
        let rotated: Float
        let shifted: Float
        let scaled: Float
        let blurred: Float
    }

    /// scipy.ndimage 1.17.1: rotate, shift, affine_transform (order 1, cval -1000), gaussian_filter.
    private static let golden: [Golden] = [
        Golden(row: 0, column: 0, rotated: -1_000, shifted: -1_000, scaled: -1_000, blurred: -367.550),
        Golden(row: 1, column: 2, rotated: -215.107, shifted: -1_000, scaled: -308.047, blurred: -189.792),
        Golden(row: 5, column: 5, rotated: 179.831, shifted: -135.875, scaled: 170.391, blurred: -26.757),
        Golden(row: 6, column: 3, rotated: 247.519, shifted: -64.375, scaled: 309.609, blurred: -16.443),
        Golden(row: 10, column: 8, rotated: -208.667, shifted: -1_000, scaled: -14.560, blurred: -4.318),
        Golden(row: 11, column: 9, rotated: -1_000, shifted: -1_000, scaled: -1_000, blurred: 14.387),
        Golden(row: 2, column: 0, rotated: -359.272, shifted: -1_000, scaled: -1_000, blurred: -212.426),
        Golden(row: 8, column: 6, rotated: -72.367, shifted: -1_000, scaled: 4.197, blurred: -28.102),
    ]
}

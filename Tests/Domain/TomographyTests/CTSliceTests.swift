import Testing
import Tomography

@Suite("slices")
struct CTSliceTests {
    @Test("keeps what it is given")
    func keeps() throws {
        let spacing = PixelSpacing(rowMillimeters: 0.7, columnMillimeters: 0.8)
        let slice = try #require(
            CTSlice(
                rows: 2,
                columns: 3,
                scale: .hounsfield,
                spacing: spacing,
                values: [-1024, 0, 1, 2, 3, 32767]
            )
        )
        #expect(slice.values == [-1024, 0, 1, 2, 3, 32767])
        #expect(slice.spacing == spacing)
        #expect((slice.rows, slice.columns) == (2, 3))
    }

    @Test(
        "refuses a shape that the values do not have",
        arguments: [(0, 4), (4, 0), (-2, -2), (1, 3), (.max, 2)]
    )
    func refusesShape(rows: Int, columns: Int) {
        let values = [Int16](repeating: 0, count: 4)
        #expect(CTSlice(rows: rows, columns: columns, scale: .grey8, spacing: nil, values: values) == nil)
    }

    @Test("refuses a spacing that no scanner has", arguments: [0, -1, 0.001, 21, .nan, .infinity])
    func refusesSpacing(millimeters: Double) {
        for spacing in [
            PixelSpacing(rowMillimeters: millimeters, columnMillimeters: 1),
            PixelSpacing(rowMillimeters: 1, columnMillimeters: millimeters),
        ] {
            #expect(!spacing.isPlausible)
            #expect(CTSlice(rows: 1, columns: 1, scale: .hounsfield, spacing: spacing, values: [0]) == nil)
        }
    }

    @Test("the numbers of the scales are those of the wire")
    func scaleNumbers() {
        #expect(IntensityScale(rawValue: 0) == .hounsfield)
        #expect(IntensityScale(rawValue: 1) == .grey8)
        #expect(IntensityScale(rawValue: 2) == nil)
    }
}

import Testing
import Tomography

@testable import Lungs

/// Verdicts on drawn bodies, whose lungs are known.
@Suite("verdicts")
struct VerdictTests {
    private func segment(_ drawing: SyntheticSlice) throws -> LungSegmentation {
        LungSegmenter().segment(try #require(drawing.slice))
    }

    @Test("two lungs: sides, area and verdict")
    func twoLungs() throws {
        let found = try segment(.chest)
        let counts = found.mask.pixelCounts
        // An ellipse of 35 x 50 mask pixels; the closing and the pixel edges change a rim of about a pixel.
        let expected = Double.pi * 35 * 50
        #expect(abs(Double(counts.left) - expected) < 0.03 * expected)
        #expect(abs(Double(counts.right) - expected) < 0.03 * expected)
        #expect(
            abs(found.areaSquareCentimeters - Double(counts.left + counts.right) * 1.4 * 1.4 / 100) < 1e-9
        )
        #expect(found.containsLung)
        #expect(found.mask.millimetersPerPixel == 1.4)
        #expect(found.mask.labels[128 * 256 + 75] == 1)
        #expect(found.mask.labels[128 * 256 + 181] == 2)
    }

    @Test("the trachea is not lung")
    func trachea() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses.append(SyntheticSlice.trachea)
        let found = try segment(drawing)
        #expect(found.mask.labels[115 * 256 + 128] == 0)
        #expect(found.mask == (try segment(.chest)).mask)
    }

    @Test("lungs that touch are parted at the bridge", arguments: [3.0, 6, 10])
    func touching(halfHeight: Double) throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses.append(
            .init(x: 256, y: 256, radiusX: 60, radiusY: halfHeight, hounsfield: -820)
        )
        let found = try segment(drawing)
        let counts = found.mask.pixelCounts
        #expect(abs(counts.left - counts.right) < counts.left / 50)
        #expect(found.mask.labels[128 * 256 + 100] == 1)
        #expect(found.mask.labels[128 * 256 + 156] == 2)
    }

    @Test("lungs that cannot be parted are cut at the middle")
    func cutAtMiddle() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses = [
            SyntheticSlice.body, .init(x: 256, y: 256, radiusX: 150, radiusY: 100, hounsfield: -820),
        ]
        let found = try segment(drawing)
        let rows = stride(from: 0, to: found.mask.labels.count, by: 256).map {
            found.mask.labels[$0..<$0 + 256]
        }
        #expect(rows.allSatisfy { row in row.prefix(120).allSatisfy { $0 != 2 } })
        #expect(rows.allSatisfy { row in row.suffix(120).allSatisfy { $0 != 1 } })
        #expect(found.mask.pixelCounts.left > 5_000)
        #expect(found.mask.pixelCounts.right > 5_000)
    }

    @Test("gas of the bowel in front is not lung")
    func gas() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses = [
            SyntheticSlice.body, .init(x: 200, y: 160, radiusX: 40, radiusY: 25, hounsfield: -1000),
        ]
        let found = try segment(drawing)
        #expect(found.areaSquareCentimeters == 0)
        #expect(found.reason == "lung area 0.0 cm² is below 20 cm²")
    }

    @Test("lungs of 20 cm² and more are enough, less is not", arguments: [(24.0, true), (21, false)])
    func limit(radius: Double, isEnough: Bool) throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses =
            [SyntheticSlice.body]
            + [150.0, 362].map {
                .init(x: $0, y: 256, radiusX: radius * 1.1, radiusY: radius * 1.1, hounsfield: -820)
            }
        let found = try segment(drawing)
        #expect(found.containsLung == isEnough)
        #expect(found.containsLung == (found.areaSquareCentimeters >= 20))
        #expect(found.reason.hasSuffix("is below 20 cm²") == !isEnough)
    }

    @Test("a body without air, and air without a body")
    func nothing() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses = [SyntheticSlice.body]
        #expect(try segment(drawing).reason == "lung area 0.0 cm² is below 20 cm²")
        drawing.ellipses = []
        let empty = try segment(drawing)
        #expect(empty.reason == "no body found")
        #expect(!empty.containsLung)
        #expect(empty.mask.labels.allSatisfy { $0 == 0 })
    }

    @Test(
        "moving the body by even numbers of pixels moves the mask, and nothing else",
        arguments: [(8, -6), (-20, 14)]
    )
    func shift(x: Int, y: Int) throws {
        let still = try segment(.chest).mask
        let moved = try segment(SyntheticSlice.chest.moved(x: x, y: y)).mask
        var back = [UInt8](repeating: 0, count: still.labels.count)
        for row in max(0, -y / 2)..<min(256, 256 - y / 2) {
            for column in max(0, -x / 2)..<min(256, 256 - x / 2) {
                back[row * 256 + column] = moved.labels[(row + y / 2) * 256 + column + x / 2]
            }
        }
        #expect(back == still.labels)
    }

    @Test("a slice without a spacing is taken to have 0.75 mm")
    func noSpacing() throws {
        let known = try #require(SyntheticSlice.chest.slice)
        let slice = try #require(
            CTSlice(
                rows: known.rows,
                columns: known.columns,
                scale: .hounsfield,
                spacing: nil,
                values: known.values
            )
        )
        let found = LungSegmenter().segment(slice)
        let pixels = found.mask.pixelCounts.left + found.mask.pixelCounts.right
        #expect(found.mask.millimetersPerPixel == nil)
        #expect(abs(found.areaSquareCentimeters - Double(pixels) * 1.5 * 1.5 / 100) < 1e-9)
        #expect(found.containsLung)
    }
}

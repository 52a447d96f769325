import TestKit
import Testing
import Tomography

@testable import Lungs

/// What the standard recipe adds to the reference's, on drawn bodies.
@Suite("refinements")
struct RefinementTests {
    private func mask(_ drawing: SyntheticSlice, _ recipe: LungRecipe = .standard) throws -> LungMask {
        LungSegmenter(recipe: recipe).segment(try #require(drawing.slice)).mask
    }

    @Test("lungs that touch are parted along the dense line, not halfway")
    func junction() throws {
        // One lung bulges over the middle; the pleurae are a thin line at column 290.
        var drawing = SyntheticSlice.chest
        drawing.ellipses.append(.init(x: 226, y: 200, radiusX: 64, radiusY: 20, hounsfield: -820))
        drawing.ellipses.append(.init(x: 312, y: 200, radiusX: 30, radiusY: 16, hounsfield: -820))
        drawing.ellipses.append(.init(x: 290, y: 200, radiusX: 2, radiusY: 30, hounsfield: -600))
        let labels = try mask(drawing).labels
        let row = labels[100 * 256..<101 * 256]
        #expect(row[row.startIndex + 142] == 1)
        #expect(row[row.startIndex + 148] == 2)
    }

    @Test("the edge lies farther out, but no gas comes in")
    func edge() throws {
        var drawing = SyntheticSlice.chest
        // A rim at -300 HU around the lung on the left.
        drawing.ellipses.insert(.init(x: 150, y: 256, radiusX: 74, radiusY: 104, hounsfield: -300), at: 1)
        let (fine, coarse) = (try mask(drawing), try mask(drawing, .reference))
        #expect(fine.pixelCounts.left > coarse.pixelCounts.left + 300)
        #expect(zip(coarse.labels, fine.labels).allSatisfy { $0 == 0 || $0 == $1 })
        drawing.ellipses.append(SyntheticSlice.trachea)
        drawing.ellipses.append(.init(x: 235, y: 230, radiusX: 30, radiusY: 3, hounsfield: -300))
        #expect(try mask(drawing).labels[115 * 256 + 128] == 0)
    }

    @Test("air in a fold of the skin beside the lungs is not lung")
    func fold() throws {
        var drawing = SyntheticSlice.chest
        drawing.ellipses.append(.init(x: 455, y: 256, radiusX: 8, radiusY: 16, hounsfield: -700))
        #expect(try mask(drawing).labels[128 * 256 + 227] == 0)
        #expect(try mask(drawing, .reference).labels[128 * 256 + 227] == 2)
    }

    @Test("findings: one lung missing, a lung at the picture's edge")
    func findings() throws {
        func findings(_ drawing: SyntheticSlice) throws -> LungFindings {
            LungSegmenter().segment(try #require(drawing.slice)).findings
        }
        #expect(try findings(.chest) == [])
        var drawing = SyntheticSlice.chest
        drawing.ellipses.removeLast()
        #expect(try findings(drawing) == .oneLungOnly)
        drawing = .chest
        // Fluid in the whole left lung but for a rest.
        drawing.ellipses.append(.init(x: 362, y: 256, radiusX: 69, radiusY: 90, hounsfield: 20))
        #expect(try findings(drawing) == .oneLungOnly)
        #expect(try findings(SyntheticSlice.chest.moved(x: -74, y: 0)) == .reachesEdge)
        drawing.ellipses = []
        #expect(try findings(drawing) == [])
    }

    @Test("a spacing that is no number makes no slice; a huge slice is answered")
    func badInput() throws {
        for spacing in [Double.nan, .infinity, 0, -1] {
            #expect(
                CTSlice(
                    rows: 2,
                    columns: 2,
                    scale: .hounsfield,
                    spacing: PixelSpacing(rowMillimeters: spacing, columnMillimeters: 1),
                    values: [0, 0, 0, 0]
                ) == nil
            )
        }
        var random = SplitMix64(seed: 5)
        let values = (0..<4096 * 4096).map { _ in random.unit() < 0.5 ? Int16(-900) : 40 }
        for (scale, millimeters) in [(IntensityScale.hounsfield, 0.1), (.hounsfield, 20), (.grey8, 1)] {
            let slice = try #require(
                CTSlice(
                    rows: 4096,
                    columns: 4096,
                    scale: scale,
                    spacing: PixelSpacing(rowMillimeters: millimeters, columnMillimeters: millimeters),
                    values: values
                )
            )
            #expect(LungSegmenter().segment(slice).mask.rows > 0)
        }
    }

    @Test("slices segmented at the same time are as one after the other")
    func concurrently() async throws {
        let drawings = (0..<12).map { SyntheticSlice.chest.moved(x: 4 * $0 - 24, y: 2 * $0) }
        let slices = try drawings.map { try #require($0.slice) }
        let alone = slices.map { LungSegmenter().segment($0) }
        let together = await withTaskGroup(of: (Int, LungSegmentation).self) { group in
            for (number, slice) in slices.enumerated() {
                group.addTask { (number, LungSegmenter().segment(slice)) }
            }
            return await group.reduce(into: [Int: LungSegmentation]()) { $0[$1.0] = $1.1 }
        }
        for (number, found) in alone.enumerated() { #expect(together[number] == found) }
    }
}

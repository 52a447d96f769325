import Lungs
import Rendering
import Testing
import Tomography

@Suite("Rendering of slices")
struct SliceRenderingTests {
    private func slice(_ values: [Int16], scale: IntensityScale = .hounsfield) throws -> CTSlice {
        try #require(CTSlice(rows: 1, columns: values.count, scale: scale, spacing: nil, values: values))
    }

    @Test("the lung window runs from -1400, black, to 200, white")
    func window() throws {
        let image = render(slice: try self.slice([-2000, -1400, -1000, -600, -200, 200, 3000]))
        let grays = (0..<7).map { image[$0, 0].red }
        #expect(grays == [0, 0, 64, 128, 191, 255, 255])
        #expect(
            (0..<7).allSatisfy {
                image[$0, 0].red == image[$0, 0].blue && image[$0, 0].red == image[$0, 0].green
            }
        )
    }

    @Test("8-bit pictures are shown as they are")
    func pictures() throws {
        let image = render(slice: try self.slice([-5, 0, 17, 255, 300], scale: .grey8))
        #expect((0..<5).map { image[$0, 0].green } == [0, 0, 17, 255, 255])
    }

    /// Two square lungs on a 32 x 32 grid.
    private func lungs() throws -> LungMask {
        var labels = [UInt8](repeating: 0, count: 32 * 32)
        for row in 8..<24 {
            for column in 4..<12 { labels[row * 32 + column] = 1 }
            for column in 20..<28 { labels[row * 32 + column] = 2 }
        }
        return try #require(LungMask(rows: 32, columns: 32, labels: labels, millimetersPerPixel: 1))
    }

    private func darkSlice() throws -> CTSlice {
        try #require(
            CTSlice(
                rows: 64,
                columns: 64,
                scale: .hounsfield,
                spacing: nil,
                values: Array(repeating: -1400, count: 64 * 64)
            )
        )
    }

    @Test("outlines have the color of their side and lie on the lungs' borders")
    func outlineColors() throws {
        let curves = coloredOutlines(of: try self.lungs(), width: 64, height: 64)
        #expect(curves.map(\.color) == [.leftLung, .rightLung])
        let left = try #require(curves.first).points
        // Mask pixels 4 to 11 are picture pixels 8 to 23: the border lies at 7.5 and 23.5.
        #expect(abs((left.map(\.x).min() ?? 0) - 7.5) < 0.6)
        #expect(abs((left.map(\.x).max() ?? 0) - 23.5) < 0.6)
        #expect(abs((left.map(\.y).min() ?? 0) - 15.5) < 0.6)
        let right = curves[1].points
        #expect(abs((right.map(\.x).min() ?? 0) - 39.5) < 0.6)
    }

    @Test("a preview draws the outlines at its own size, and only on request")
    func preview() throws {
        let (slice, mask) = (try self.darkSlice(), try self.lungs())
        let image = renderPreview(slice: slice, mask: mask, side: 128)
        #expect(image.width == 128 && image.height == 128)
        // The left border of the left lung in the middle of its height: picture x = 15.5 of 128.
        let border = (14...17).map { image[$0, 64].blue }
        #expect(border.contains { $0 > 120 })
        #expect(image[32, 64] == RGBColor(0, 0, 0))
        let plain = renderPreview(slice: slice, mask: mask, side: 128, drawsOutline: false)
        #expect(plain == RGBImage(width: 128, height: 128, color: RGBColor(0, 0, 0)))
        #expect(renderPreview(slice: slice, side: 128) == plain)
    }

    @Test("the field around the lungs brings them closer and keeps outline and picture together")
    func field() throws {
        var values = [Int16](repeating: -1400, count: 64 * 64)
        for row in 16..<48 {
            for column in 8..<24 { values[row * 64 + column] = 200 }
        }
        let slice = try #require(
            CTSlice(rows: 64, columns: 64, scale: .hounsfield, spacing: nil, values: values)
        )
        let mask = try self.lungs()
        let near = renderPreview(slice: slice, mask: mask, side: 256, field: .lungs)
        let far = renderPreview(slice: slice, mask: mask, side: 256, field: .whole)
        func whites(_ image: RGBImage) -> Int {
            (0..<(256 * 256)).filter { image[$0 % 256, $0 / 256] == RGBColor(255, 255, 255) }.count
        }
        #expect(Double(whites(near)) > 1.15 * Double(whites(far)))
        // The colored line lies where white meets black: no row of the lung's middle has white beyond it.
        let row = (0..<256).map { near[$0, 128] }
        let first = try #require(row.firstIndex { $0.red > 250 && $0.green > 250 })
        let line = try #require(row.firstIndex { $0.blue > 100 })
        #expect((0...8).contains(first - line))
    }

    @Test("an empty mask draws nothing and shows everything")
    func emptyMask() throws {
        let empty = LungMask(emptyWithRows: 32, columns: 32, millimetersPerPixel: nil)
        let image = renderPreview(slice: try self.darkSlice(), mask: empty, side: 64, field: .lungs)
        #expect(image == render(slice: try self.darkSlice()))
    }
}

import Testing

@testable import Lungs

@Suite("outlines")
struct OutlineTests {
    /// A mask drawn with digits; dots are nothing.
    private func mask(_ rows: [String]) throws -> LungMask {
        let labels = rows.joined().map { UInt8(String($0)) ?? 0 }
        return try #require(
            LungMask(rows: rows.count, columns: rows[0].count, labels: labels, millimetersPerPixel: nil)
        )
    }

    /// Twice the area inside a curve, positive where the inside lies on the right as seen on the screen.
    private func doubleArea(_ curve: [SIMD2<Float>]) -> Float {
        zip(curve, curve.dropFirst() + curve.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
    }

    @Test("one pixel: a diamond around its center")
    func pixel() throws {
        let curves = outlines(of: try mask(["...", ".1.", "..."]))
        #expect(curves == [[SIMD2(1, 0.5), SIMD2(1.5, 1), SIMD2(1, 1.5), SIMD2(0.5, 1)]])
    }

    @Test("a rectangle: as many points as pixel sides, its area but for the corners, also at the edge")
    func rectangle() throws {
        for rows in [["11111", "11111", "11111"], [".......", ".22222.", ".22222.", ".22222.", "......."]] {
            let curves = outlines(of: try mask(rows))
            #expect(curves.count == 1)
            #expect(curves.first?.count == 16)
            #expect(doubleArea(curves.first ?? []) == 2 * (15 - 0.5))
        }
    }

    @Test("a hole is a curve of its own, the other way around")
    func hole() throws {
        let curves = outlines(of: try mask(["1111", "1..1", "1111"]))
        #expect(curves.map(\.count) == [14, 6])
        #expect(curves.map { doubleArea($0) > 0 } == [true, false])
    }

    @Test("pixels that touch at a corner are two curves, lungs that touch are two curves")
    func touching() throws {
        #expect(outlines(of: try mask(["1.", ".1"])).map(\.count) == [4, 4])
        #expect(outlines(of: try mask([".1", "1."])).map(\.count) == [4, 4])
        #expect(outlines(of: try mask(["2211", "2211"])).map(\.count) == [8, 8])
        #expect(outlines(of: try mask(["....", "...."])).isEmpty)
    }

    @Test("curves of a found lung are closed paths of short steps that hold its area")
    func lungs() throws {
        let found = LungSegmenter().segment(try #require(SyntheticSlice.chest.slice))
        let curves = outlines(of: found.mask)
        #expect(curves.count == 2)
        for (curve, count) in zip(curves, [found.mask.pixelCounts.left, found.mask.pixelCounts.right]) {
            for (a, b) in zip(curve, curve.dropFirst() + curve.prefix(1)) {
                #expect(((a - b) * (a - b)).sum() <= 1)
            }
            #expect(abs(doubleArea(curve) / 2 - Float(count)) < 0.01 * Float(count))
        }
    }
}

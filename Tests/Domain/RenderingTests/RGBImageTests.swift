import Rendering
import Testing

@Suite("RGB pictures")
struct RGBImageTests {
    @Test("refuses pixels that do not fit the size", arguments: [0, 11, 13, 24])
    func refuses(count: Int) {
        #expect(RGBImage(width: 2, height: 2, pixels: Array(repeating: 0, count: count)) == nil)
        #expect(RGBImage(width: 0, height: 2, pixels: []) == nil)
        #expect(RGBImage(width: -2, height: -2, pixels: Array(repeating: 0, count: 12)) == nil)
    }

    @Test("drawing outside of the picture changes nothing and does not crash")
    func clips() {
        let empty = RGBImage(width: 8, height: 6, color: .background)
        var image = empty
        image.fill(x: 20, y: -9, width: 4, height: 3, .query)
        image.mix(.query, share: 1, atX: -1, y: 0)
        image.draw(RGBImage(width: 3, height: 3, color: .query), x: -3, y: 40)
        image.draw(RGBImage(width: 3, height: 3, color: .query), x: 8, y: 0)
        image.drawOutline([SIMD2(-50, -50), SIMD2(-40, -50), SIMD2(.nan, 3)], .query)
        image.drawText("far away", x: 300, y: 300)
        #expect(image == empty)
        image.draw(RGBImage(width: 3, height: 3, color: .query), x: 6, y: -2)
        #expect(image[6, 0] == .query && image[7, 0] == .query)
        #expect(image[5, 0] == .background && image[6, 1] == .background)
    }

    @Test("mixing half of white into black gives middle gray")
    func mixes() {
        var image = RGBImage(width: 1, height: 1, color: RGBColor(0, 0, 0))
        image.mix(RGBColor(255, 255, 255), share: 0.5, atX: 0, y: 0)
        #expect(image[0, 0] == RGBColor(128, 128, 128))
    }

    @Test(
        "shrinking keeps the mean, by area, also where the sizes are no multiples",
        arguments: [1, 3, 7, 20, 31]
    )
    func shrinks(side: Int) {
        var image = RGBImage(width: 31, height: 31, color: RGBColor(0, 0, 0))
        for y in 0..<31 {
            for x in 0..<31 where (x * 7 + y * 13) % 5 < 2 {
                image.fill(x: x, y: y, width: 1, height: 1, .text)
            }
        }
        func mean(_ image: RGBImage) -> Double {
            Double(image.pixels.reduce(0) { $0 + Int($1) }) / Double(image.pixels.count)
        }
        let small = image.resized(width: side, height: side)
        #expect(small.width == side && small.height == side)
        #expect(abs(mean(small) - mean(image)) < 0.6)
    }

    @Test("growing runs linearly from pixel to pixel")
    func grows() {
        var image = RGBImage(width: 2, height: 1, color: RGBColor(0, 0, 0))
        image.fill(x: 1, y: 0, width: 1, height: 1, RGBColor(200, 100, 40))
        let large = image.resized(width: 4, height: 2)
        let reds = (0..<4).map { large[$0, 1].red }
        #expect(reds == [0, 50, 150, 200])
    }

    @Test("fits into a square with its proportions")
    func fits() {
        let image = RGBImage(width: 200, height: 100, color: .text).fitted(side: 50)
        #expect(image.width == 50 && image.height == 25)
        #expect(image[25, 12] == .text)
    }

    @Test("a crop may reach over the border: black there")
    func crops() {
        let part = RGBImage(width: 4, height: 4, color: .text).cropped(x: -1, y: 2, width: 4, height: 4)
        #expect(part[0, 0] == RGBColor(0, 0, 0))
        #expect(part[1, 0] == .text && part[3, 1] == .text)
        #expect(part[1, 2] == RGBColor(0, 0, 0))
    }
}

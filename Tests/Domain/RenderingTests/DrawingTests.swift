import Rendering
import Testing

@Suite("Lines and text")
struct DrawingTests {
    private let black = RGBColor(0, 0, 0)
    private let white = RGBColor(255, 255, 255)

    private func ink(_ image: RGBImage) -> Double {
        Double(image.pixels.reduce(0) { $0 + Int($1) }) / (255 * 3)
    }

    @Test(
        "a line covers its length times its thickness, whatever its slope",
        arguments: [0, 0.3, 1, -2.5] as [Float]
    )
    func lineArea(slope: Float) {
        var image = RGBImage(width: 200, height: 200, color: self.black)
        let direction = SIMD2<Float>(1, slope) / (1 + slope * slope).squareRoot()
        var strokes = Strokes(width: 200, height: 200)
        strokes.addLine(
            from: SIMD2(100, 100) - direction * 40,
            to: SIMD2(100, 100) + direction * 40,
            thickness: 3
        )
        image.draw(strokes, self.white)
        #expect(abs(self.ink(image) - (80 * 3 + 2.25 * Double.pi)) < 8)
    }

    @Test("crossing lines of one set are not brighter where they cross")
    func crossing() {
        var image = RGBImage(width: 21, height: 21, color: self.black)
        var strokes = Strokes(width: 21, height: 21)
        strokes.addLine(from: SIMD2(0, 10), to: SIMD2(20, 10), thickness: 1)
        strokes.addLine(from: SIMD2(10, 0), to: SIMD2(10, 20), thickness: 1)
        image.draw(strokes, self.white, opacity: 0.5)
        #expect(image[10, 10] == image[4, 10])
        #expect(image[4, 10] == RGBColor(128, 128, 128))
    }

    @Test("a closed outline is joined at its ends")
    func closes() {
        var image = RGBImage(width: 40, height: 40, color: self.black)
        image.drawOutline([SIMD2(5, 5), SIMD2(35, 5), SIMD2(35, 35), SIMD2(5, 35)], self.white)
        #expect(image[5, 20].red > 200 && image[20, 5].red > 200 && image[20, 35].red > 200)
        #expect(image[20, 20] == self.black)
    }

    @Test("every printable letter has a shape of its own")
    func letters() {
        var shapes: [[UInt8]] = []
        let letters =
            (0x21...0x7E).map { Character(UnicodeScalar(UInt8($0))) } + ["×", "·", "°", "±", "…", "→", "²"]
        for letter in letters {
            var image = RGBImage(width: 24, height: 28, color: self.black)
            image.drawText(String(letter), x: 2, y: 2, style: TextStyle(lineHeight: 24))
            #expect(self.ink(image) > 2)
            shapes.append(image.pixels)
        }
        #expect(Set(shapes).count == letters.count)
    }

    @Test("an unknown letter is a box, and the same for all")
    func unknown() {
        func drawn(_ text: String) -> RGBImage {
            var image = RGBImage(width: 24, height: 24, color: self.black)
            image.drawText(text, x: 2, y: 2)
            return image
        }
        #expect(drawn("é") == drawn("水"))
        #expect(drawn("é") != drawn(" "))
    }

    @Test("text stays within the width that its style tells, and is cut to fit")
    func widths() {
        let style = TextStyle(lineHeight: 15)
        let text = "distance 0.1234 · level 0.42 · id 9e4b77c3"
        var image = RGBImage(width: 600, height: 30, color: self.black)
        image.drawText(text, x: 0, y: 5, style: style)
        let right = (0..<600).last { x in (0..<30).contains { image[x, $0] != self.black } } ?? 0
        #expect(abs(right - style.width(of: text)) < 6)
        let cut = style.fitted(text, width: 120)
        #expect(style.width(of: cut) <= 120 && cut.hasSuffix("…") && text.hasPrefix(cut.dropLast()))
        #expect(style.width(of: cut) > 100)
        #expect(style.fitted("short", width: 120) == "short")
        #expect(style.fitted(text, width: 3) == "")
    }

    @Test("numbers stand below each other: every digit is equally wide")
    func digits() {
        let style = TextStyle(lineHeight: 15)
        #expect(Set((0...9).map { style.width(of: "0.\($0)\($0)1") }).count == 1)
    }
}

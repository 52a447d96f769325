/// How large text is drawn.
package struct TextStyle: Hashable, Sendable {
    /// Pixels from one line's top to the next one's.
    package let lineHeight: Int

    /// Makes a style; below 10 pixels a line cannot be read and is taken as 10.
    package init(lineHeight: Int) { self.lineHeight = max(lineHeight, 10) }

    /// For captions below tiles.
    package static let caption = TextStyle(lineHeight: 15)
    /// For titles.
    package static let title = TextStyle(lineHeight: 22)

    /// Pixels from one dot of a letter to the next.
    fileprivate var pitch: Float { Float(self.lineHeight) / 10.5 }

    /// How many pixels a text is wide.
    package func width(of text: String) -> Int {
        Int((text.reduce(0) { $0 + Glyphs.advance(of: $1) } * self.pitch).rounded(.up))
    }

    /// The text, cut with an ellipsis where it would be wider than `width` pixels.
    package func fitted(_ text: String, width: Int) -> String {
        guard self.width(of: text) > width else { return text }
        var cut = text
        while !cut.isEmpty, self.width(of: cut + "\u{2026}") > width { cut.removeLast() }
        return cut.isEmpty ? "" : cut + "\u{2026}"
    }
}

extension RGBImage {
    /// Writes one line of text.
    ///
    /// - Parameters:
    ///   - x: left edge of the first letter.
    ///   - y: top of the line.
    package mutating func drawText(
        _ text: String,
        x: Int,
        y: Int,
        style: TextStyle = .caption,
        color: RGBColor = .text
    ) {
        let pitch = style.pitch
        let thickness = max(1.05, pitch * 0.82)
        let width = style.width(of: text) + 4
        var strokes = Strokes(width: width, height: style.lineHeight + 2)
        var left: Float = 0.7
        for character in text {
            let origin = SIMD2(left - Glyphs.inset(of: character), 1.3) * pitch
            left += Glyphs.advance(of: character)
            for (start, end) in Glyphs.glyph(of: character).lines {
                strokes.addLine(
                    from: origin + start * pitch,
                    to: origin + end * pitch,
                    thickness: thickness
                )
            }
        }
        strokes.eachCovered { column, row, share in
            self.mix(color, share: share, atX: x + column, y: y + row)
        }
    }
}

/// The shapes of the letters, drawn for this project on a grid of 5 x 8 dots.
///
/// Five bytes a letter, one for each column from left to right; bit 0 is the top row, bit 6 the line on
/// which letters stand, bit 7 reaches below it.
enum Glyphs {
    static let columns = 5
    static let rows = 8

    private static let table: [Character: UInt64] = [
        " ": 0,
        "!": 0x00005F0000, "\"": 0x0007000700, "#": 0x147F147F14, "$": 0x242A7F2A12,
        "%": 0x6313086463, "&": 0x3649562050, "'": 0x0000070000, "(": 0x001C224100,
        ")": 0x0041221C00, "*": 0x14083E0814, "+": 0x08083E0808, ",": 0x0080603000,
        "-": 0x0808080808, ".": 0x0000606000, "/": 0x6010080403, "0": 0x3E5149453E,
        "1": 0x00427F4000, "2": 0x6251494946, "3": 0x2241494936, "4": 0x1814127F10,
        "5": 0x2745454539, "6": 0x3E49494932, "7": 0x0101790503, "8": 0x3649494936,
        "9": 0x264949493E, ":": 0x0000363600, ";": 0x0080763600, "<": 0x0814224100,
        "=": 0x1414141414, ">": 0x0041221408, "?": 0x0201590906, "@": 0x3E415D551E,
        "A": 0x7E1111117E, "B": 0x7F49494936, "C": 0x3E41414122, "D": 0x7F4141221C,
        "E": 0x7F49494941, "F": 0x7F09090901, "G": 0x3E41495932, "H": 0x7F0808087F,
        "I": 0x00417F4100, "J": 0x2040403F00, "K": 0x7F08142241, "L": 0x7F40404040,
        "M": 0x7F020C027F, "N": 0x7F0408107F, "O": 0x3E4141413E, "P": 0x7F09090906,
        "Q": 0x3E4151215E, "R": 0x7F09192946, "S": 0x2649494932, "T": 0x01017F0101,
        "U": 0x3F4040403F, "V": 0x1F2040201F, "W": 0x3F4038403F, "X": 0x6314081463,
        "Y": 0x0708700807, "Z": 0x6151494543, "[": 0x007F414100, "\\": 0x0304081060,
        "]": 0x0041417F00, "^": 0x0402010204, "_": 0x8080808080, "`": 0x0001020000,
        "a": 0x2054545478, "b": 0x7F48444438, "c": 0x3844444428, "d": 0x384444487F,
        "e": 0x3854545418, "f": 0x087E090902, "g": 0x18A4A4A47C, "h": 0x7F08040478,
        "i": 0x00447D4000, "j": 0x4080847D00, "k": 0x7F10284400, "l": 0x00417F4000,
        "m": 0x7C04780478, "n": 0x7C08040478, "o": 0x3844444438, "p": 0xFC24242418,
        "q": 0x18242424FC, "r": 0x7C08040408, "s": 0x4854545424, "t": 0x043F444420,
        "u": 0x3C4040207C, "v": 0x1C2040201C, "w": 0x3C4030403C, "x": 0x4428102844,
        "y": 0x1CA0A0A07C, "z": 0x4464544C44, "{": 0x0008364100, "|": 0x00007F0000,
        "}": 0x0041360800, "~": 0x0804081008, "\u{D7}": 0x2214081422, "\u{B7}": 0x0000080000,
        "\u{B0}": 0x0002050200, "\u{B1}": 0x44445F4444, "\u{2026}": 0x4000400040, "\u{2192}": 0x08082A1C08,
        "\u{B2}": 0x0019150012,
    ]

    private static let known: [Character: Glyph] = Glyphs.table.mapValues { Glyph(bits: $0) }
    private static let box = Glyph(bits: 0x7F_4141_417F)
    private static let digits: Set<Character> = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]

    /// The shape of a letter; a box for what is not in the table.
    static func glyph(of character: Character) -> Glyph { self.known[character] ?? self.box }

    /// Empty columns before a letter, in dots. Digits keep theirs, so that numbers stand below each other.
    static func inset(of character: Character) -> Float {
        self.digits.contains(character) ? 0 : self.glyph(of: character).inset
    }

    /// How far the next letter lies to the right, in dots.
    static func advance(of character: Character) -> Float {
        self.digits.contains(character) ? Float(self.columns + 1) : self.glyph(of: character).advance
    }
}

/// A letter as lines between dots.
struct Glyph: Sendable {
    /// The lines that join the dots: straight neighbors always, slanted ones where no corner joins them.
    let lines: [(SIMD2<Float>, SIMD2<Float>)]
    /// Empty columns before the letter, in dots.
    let inset: Float
    /// How far the next letter lies to the right of the first filled column, in dots.
    let advance: Float

    fileprivate init(bits: UInt64) {
        let dots = (0..<Glyphs.columns).flatMap { column in
            (0..<Glyphs.rows).compactMap { row -> SIMD2<Int>? in
                let shift = UInt64(8 * (Glyphs.columns - 1 - column) + row)
                return bits >> shift & 1 == 1 ? SIMD2(column, row) : nil
            }
        }
        let known = Set(dots)
        var lines: [(SIMD2<Int>, SIMD2<Int>)] = []
        for dot in dots {
            lines.append((dot, dot))
            for step in [SIMD2(1, 0), SIMD2(0, 1)] where known.contains(dot &+ step) {
                lines.append((dot, dot &+ step))
            }
            for step in [SIMD2(1, 1), SIMD2(1, -1)] where known.contains(dot &+ step) {
                let corners = [dot &+ SIMD2(step.x, 0), dot &+ SIMD2(0, step.y)]
                if !corners.contains(where: known.contains) { lines.append((dot, dot &+ step)) }
            }
        }
        self.lines = lines.map { (SIMD2<Float>($0.0), SIMD2<Float>($0.1)) }
        let columns = dots.map(\.x)
        self.inset = Float(columns.min() ?? 0)
        // A space is four dots wide.
        self.advance = columns.isEmpty ? 4 : Float((columns.max() ?? 0) - (columns.min() ?? 0)) + 2
    }
}

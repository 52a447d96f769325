import Foundation

/// What charts are made of.
enum SVG {
    /// A picture of its parts; a description for readers who do not see it.
    static func picture(width: Double, height: Double, _ parts: [String], about: String = "") -> String {
        let label = about.isEmpty ? "" : #" aria-label="\#(escaped(about))""#
        return """
            <svg viewBox="0 0 \(Int(width)) \(Int(height))" width="\(Int(width))" height="\(Int(height))" role="img"\(label)>
            \(parts.joined(separator: "\n"))
            </svg>
            """
    }

    /// - Parameter anchor: which end of the text is at x: start, middle or end.
    static func text(_ text: String, x: Double, y: Double, anchor: String, color: String? = nil) -> String {
        // A style, not an attribute: the page's own style would win over that.
        let fill = color.map { #" style="fill:\#($0)""# } ?? ""
        return
            #"<text x="\#(tenths(x))" y="\#(tenths(y))" text-anchor="\#(anchor)"\#(fill)>\#(escaped(text))</text>"#
    }

    /// A line of a class of the page's style or, where given, of a color.
    static func line(
        from start: (x: Double, y: Double),
        to end: (x: Double, y: Double),
        color: String? = nil,
        width: Double = 1
    ) -> String {
        let place =
            #"x1="\#(tenths(start.x))" y1="\#(tenths(start.y))" x2="\#(tenths(end.x))" y2="\#(tenths(end.y))""#
        guard let color else { return #"<line \#(place) class="rule"/>"# }
        return #"<line \#(place) stroke="\#(color)" stroke-width="\#(tenths(width))"/>"#
    }

    /// A number with one decimal.
    static func tenths(_ value: Double) -> String { String(format: "%.1f", value) }
}

/// Text as HTML and SVG hold it.
func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
    return result
}

/// A rectangle of pixels: rows `top..<bottom`, columns `left..<right`.
struct Box: Equatable, Sendable {
    var top: Int
    var bottom: Int
    var left: Int
    var right: Int

    /// Holds nothing, and becomes any box that is joined to it.
    static let nothing = Box(top: .max, bottom: 0, left: .max, right: 0)

    var rows: Int { bottom - top }
    var columns: Int { right - left }

    /// Grown by a margin on every side.
    func grown(by margin: Int) -> Box {
        Box(top: top - margin, bottom: bottom + margin, left: left - margin, right: right + margin)
    }

    /// Becomes the smallest box around both.
    mutating func join(_ other: Box) {
        top = min(top, other.top)
        bottom = max(bottom, other.bottom)
        left = min(left, other.left)
        right = max(right, other.right)
    }
}

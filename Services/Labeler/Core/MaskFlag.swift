import Lungs

/// What is unusual about a mask: a person should look at it before trusting a label that rests on it.
enum MaskFlag: String, CaseIterable, Sendable {
    /// One lung alone, or the other less than a tenth of it: pneumonectomy, a white lung, or a mistake.
    case oneLung
    /// A lung reaches the edge of the field of view.
    case cutOff

    private static let smallerLungShareMinimum = 0.1

    /// The flags of a mask; none for one without lungs.
    static func flags(of mask: LungMask) -> [MaskFlag] {
        let (left, right) = mask.pixelCounts
        guard left + right > 0 else { return [] }
        let smaller = Double(min(left, right)) / Double(max(left, right))
        return [
            smaller < Self.smallerLungShareMinimum ? .oneLung : nil,
            Self.reachesEdge(mask) ? .cutOff : nil,
        ].compactMap { $0 }
    }

    private static func reachesEdge(_ mask: LungMask) -> Bool {
        let (rows, columns) = (mask.rows, mask.columns)
        let top = mask.labels[..<columns]
        let bottom = mask.labels[((rows - 1) * columns)...]
        let sides = (0..<rows).lazy.flatMap { row in
            [mask.labels[row * columns], mask.labels[(row + 1) * columns - 1]]
        }
        return top.contains { $0 != 0 } || bottom.contains { $0 != 0 } || sides.contains { $0 != 0 }
    }
}

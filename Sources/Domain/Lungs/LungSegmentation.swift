/// What was found in one slice.
package struct LungSegmentation: Sendable, Equatable {
    /// The lungs; empty when nothing was found.
    package let mask: LungMask
    /// Lung area in square centimeters. Where the spacing is unknown it is an estimate: slices without a
    /// spacing are taken to have 0.75 mm, bodies in 8-bit pictures to be 340 mm wide.
    package let areaSquareCentimeters: Double
    /// Lung area as a share of the body's area, 0...1; 0 when no body was found.
    package let shareOfBody: Double
    /// Whether the slice shows enough lung to be used: see `LungLimits`.
    package let containsLung: Bool
    /// The verdict as a short sentence for people.
    package let reason: String
    /// What is unusual about the lungs, though they may be used.
    package let findings: LungFindings
    /// How the verdict is reached.
    private let measure: Measure

    /// What a pixel counts for.
    enum Measure: Sendable, Equatable {
        /// A slice in Hounsfield units: the body's size and a pixel's side.
        case area(bodyPixels: Int, millimeters: Double)
        /// A picture, in which no area can be measured: a pixel's side is an estimate.
        case share(bodyPixels: Int, millimeters: Double)
        /// Not even a body was found.
        case noBody
    }

    /// Judges a mask.
    init(mask: LungMask, measure: Measure) {
        let counts = mask.pixelCounts
        let pixels = Double(counts.left + counts.right)
        self.mask = mask
        self.measure = measure
        findings = LungFindings(of: mask, counts)
        switch measure {
        case .area(let body, let millimeters):
            let (area, limit) = (
                pixels * millimeters * millimeters / 100, LungLimits.containsLungSquareCentimeters
            )
            areaSquareCentimeters = area
            shareOfBody = pixels / Double(body)
            containsLung = area >= limit
            reason = "lung area \(tenths(area)) cm²" + (area >= limit ? "" : " is below \(Int(limit)) cm²")
        case .share(let body, let millimeters):
            let (share, limit) = (pixels / Double(body), LungLimits.containsLungShareOfBody)
            areaSquareCentimeters = pixels * millimeters * millimeters / 100
            shareOfBody = share
            containsLung = share >= limit
            reason =
                "lungs are \(tenths(100 * share)) % of the body"
                + (share >= limit ? "" : ", below \(Int(100 * limit)) %")
        case .noBody:
            (areaSquareCentimeters, shareOfBody, containsLung) = (0, 0, false)
            reason = "no body found"
        }
    }

    /// The same slice, judged by other labels: as many as the mask has pixels, each 0, 1 or 2.
    package func replacing(_ labels: [UInt8]) -> LungSegmentation {
        LungSegmentation(mask: mask.replacing(labels), measure: measure)
    }
}

/// A number that is not negative, with one decimal, never rounded up (so that 19.96 is not said to be below
/// 20.0).
private func tenths(_ number: Double) -> String {
    let tenths = Int(number * 10)
    return "\(tenths / 10).\(tenths % 10)"
}

/// What is unusual about the lungs in a slice.
package struct LungFindings: OptionSet, Sendable {
    /// One bit for each finding.
    package let rawValue: UInt8

    /// Takes bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One lung is missing or small beside the other: after a pneumonectomy, filled with fluid, or cut by a
    /// slice through apex or base.
    package static let oneLungOnly = LungFindings(rawValue: 1)
    /// A lung reaches the picture's edge: the field of view may cut it.
    package static let reachesEdge = LungFindings(rawValue: 2)

    /// As messages and reports call what is unusual about a mask.
    package var names: [String] {
        [(LungFindings.oneLungOnly, "oneLung"), (.reachesEdge, "cutOff")].compactMap {
            contains($0.0) ? $0.1 : nil
        }
    }

    /// Share of the larger lung below which the smaller one counts as missing.
    static let shareMinimum = 0.12
    /// Pixels from the edge within which a lung reaches it: the body's rim, which is never lung, is not
    /// counted.
    static let edgePixels = 5

    /// - Parameter counts: the mask's own.
    init(of mask: LungMask, _ counts: (left: Int, right: Int)) {
        var findings: LungFindings = []
        let (smaller, larger) = (min(counts.left, counts.right), max(counts.left, counts.right))
        if larger > 0, Double(smaller) < Self.shareMinimum * Double(larger) { findings.insert(.oneLungOnly) }
        if larger > 0, Self.reachesEdge(mask) { findings.insert(.reachesEdge) }
        self = findings
    }

    private static func reachesEdge(_ mask: LungMask) -> Bool {
        let (rows, columns, edge) = (mask.rows, mask.columns, edgePixels)
        for y in 0..<rows {
            let start = y * columns
            let isOuter = y < edge || y >= rows - edge || columns <= 2 * edge
            for x in 0..<(isOuter ? columns : edge) where mask.labels[start + x] != 0 { return true }
            for x in (isOuter ? columns : columns - edge)..<columns where mask.labels[start + x] != 0 {
                return true
            }
        }
        return false
    }
}

/// The limits between a slice of the lungs and any other picture.
package enum LungLimits {
    /// Least lung area of a usable slice, square centimeters.
    package static let containsLungSquareCentimeters = 20.0
    /// Least share of the body that is lung in a usable 8-bit picture, where no area can be measured.
    package static let containsLungShareOfBody = 0.06
    /// Least lung area of a slice that belongs to the lungs' run in a series, square centimeters.
    package static let runSquareCentimeters = 5.0
}

package import Tomography

/// A slice of a series and its place along the body.
package struct PlacedSlice: Sendable {
    /// The slice.
    package let slice: CTSlice
    /// Place along the body, growing toward the head, millimeters.
    package let offsetMillimeters: Double

    /// Puts a slice in its place.
    package init(slice: CTSlice, offsetMillimeters: Double) {
        self.slice = slice
        self.offsetMillimeters = offsetMillimeters
    }
}

/// The lungs found in a slice of a series, and the slice's place along the body.
package struct PlacedMask: Sendable {
    /// The lungs.
    package let mask: LungMask
    /// Place along the body, growing toward the head, millimeters.
    package let offsetMillimeters: Double

    /// Puts a mask in its place.
    package init(mask: LungMask, offsetMillimeters: Double) {
        self.mask = mask
        self.offsetMillimeters = offsetMillimeters
    }
}

extension LungSegmenter {
    /// The lungs of a whole series, slice by slice and then compared with their neighbors: see `reviewed`.
    ///
    /// - Parameter slices: (N) of one series in any order.
    /// - Returns: (N) in the same order.
    package func segment(series slices: [PlacedSlice]) -> [LungSegmentation] {
        var found = slices.map { segment($0.slice) }
        let masks = zip(found, slices).map {
            PlacedMask(mask: $0.mask, offsetMillimeters: $1.offsetMillimeters)
        }
        for (index, labels) in reviewed(series: masks) { found[index] = found[index].replacing(labels) }
        return found
    }

    /// Compares the masks of a series, each found in its slice alone, with their neighbors.
    ///
    /// The lungs grow narrower from where they are largest toward apex and base. So from the largest slice on
    /// outward, what is not continued from the slice before, up to as far aside as the slices are apart, is
    /// not lung but gas of stomach, bowel or throat; and a piece that continues the other lung belongs to it.
    /// Masks that were reviewed stay as they are when they are reviewed again.
    ///
    /// - Parameter masks: (N) of one series in any order. Neighbors are compared when they are at most 15 mm
    ///   apart and have one size.
    /// - Returns: the labels of those masks that change, by their place among `masks`.
    package func reviewed(series masks: [PlacedMask]) -> [Int: [UInt8]] {
        var found = masks.map(\.mask)
        let order = masks.indices.sorted {
            let (a, b) = (masks[$0].offsetMillimeters, masks[$1].offsetMillimeters)
            return a == b ? $0 < $1 : a > b
        }
        let counts = found.map { $0.pixelCounts.left + $0.pixelCounts.right }
        guard let middle = order.indices.max(by: { counts[order[$0]] < counts[order[$1]] }) else {
            return [:]
        }
        var continuation = Continuation()
        var changed: [Int: [UInt8]] = [:]
        for way in [Array(order[middle...]), order[...middle].reversed()] {
            for (inner, outer) in zip(way, way.dropFirst()) {
                let gap = abs(masks[inner].offsetMillimeters - masks[outer].offsetMillimeters)
                let millimeters = found[outer].millimetersPerPixel ?? 2 * MeanGrid.assumedSpacingMillimeters
                guard gap <= Continuation.gapMaximum else { continue }
                let reach = max(gap, Continuation.reachMinimum) / millimeters
                let labels = continuation.labels(of: found[outer], after: found[inner], reach: reach)
                guard let labels else { continue }
                found[outer] = found[outer].replacing(labels)
                changed[outer] = labels
            }
        }
        return changed
    }
}

/// Compares the lungs of a slice with those of the slice before.
private struct Continuation {
    /// Slices farther apart say nothing of each other, and pieces may always be displaced so far,
    /// millimeters.
    static let (gapMaximum, reachMinimum) = (15.0, 5.0)
    /// Least share of a piece that must continue something; and of what it continues on one side, that it is
    /// moved there.
    static let (continuedShare, otherSideShare) = (0.3, 0.9)

    private var morphology = Morphology()
    private var pieces = Components()
    private var (before, lung) = (Plane(), Plane())

    /// The labels of a slice without what does not continue the one before; nil when nothing changes.
    ///
    /// - Parameter reach: how far aside a piece may lie, pixels.
    mutating func labels(of mask: LungMask, after inner: LungMask, reach: Double) -> [UInt8]? {
        guard mask.rows == inner.rows, mask.columns == inner.columns else { return nil }
        before.draw(inner)
        morphology.dilate(&before, by: .disc(radius: reach))
        lung.draw(mask)
        pieces.find(in: lung)
        pieces.group()
        var labels = mask.labels
        var hasChanged = false
        for index in pieces.all.indices {
            var continued = 0
            // Pixels by their own label (1, 2) and by the label at the same place before.
            var (own, same) = ([0, 0, 0], [0, 0, 0])
            pieces.forEachRun(of: index) { run in
                continued += before.count(run)
                let start = Int(run.row) * mask.columns
                for place in start + Int(run.start)..<start + Int(run.end) {
                    own[Int(mask.labels[place])] += 1
                    same[Int(inner.labels[place])] += 1
                }
            }
            let label: UInt8
            if Double(continued) < Self.continuedShare * Double(pieces.all[index].area) {
                label = 0
            } else if own[1] == 0 || own[2] == 0 {
                let (this, other) = own[1] > 0 ? (1, 2) : (2, 1)
                guard Double(same[other]) > Self.otherSideShare * Double(same[this] + same[other]) else {
                    continue
                }
                label = UInt8(other)
            } else {
                continue
            }
            hasChanged = true
            pieces.forEachRun(of: index) { run in
                let start = Int(run.row) * mask.columns
                for place in start + Int(run.start)..<start + Int(run.end) { labels[place] = label }
            }
        }
        return hasChanged ? labels : nil
    }
}

extension Plane {
    /// Becomes the pixels of a mask that are lung.
    mutating func draw(_ mask: LungMask) {
        reset(rows: mask.rows, columns: mask.columns)
        for y in 0..<mask.rows {
            let row = mask.labels[y * mask.columns..<(y + 1) * mask.columns]
            let flags = row.map { $0 == 0 ? UInt8(0) : 1 }
            setRow(y, flags: flags.span)
        }
    }
}

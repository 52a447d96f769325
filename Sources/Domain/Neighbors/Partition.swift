/// The items nearest to one reference point, in the order of their distance to it, so that a ring around the point
/// is one linear read. Never changes: a changed partition is another one, and a search keeps the one it has.
final class Partition: Sendable {
    /// Most items in a ring. Small, because a ring is opened as a whole.
    static let ringSize = 16

    /// (N).
    let members: [Member]
    /// (N).
    let attributes: [[String: String]]
    /// (N, S), padded rows.
    let rows: [Float]
    /// (N, P), distances to the reference point; their sums of squares ascend.
    let radii: [Float]
    /// (R, P, 2), smallest and largest distance of each ring's items.
    let ringExtents: [Float]
    /// (P, 2), smallest and largest distance of all items.
    let extent: [Float]

    var count: Int { self.members.count }
    var ringCount: Int { (self.count + Self.ringSize - 1) / Self.ringSize }

    /// A partition of items in any order.
    ///
    /// - Parameters:
    ///   - rows: (N, S), N at least 1.
    ///   - radii: (N, P), from `PartLayout.partDistances` with the reference point.
    convenience init(
        layout: PartLayout,
        members: [Member],
        attributes: [[String: String]],
        rows: [Float],
        radii: [Float]
    ) {
        let partCount = layout.parts.count
        let keys = members.indices.map { Self.key(radii[$0 * partCount..<($0 + 1) * partCount]) }
        let order = members.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        self.init(
            partCount: partCount,
            ascendingMembers: order.map { members[$0] },
            attributes: order.map { attributes[$0] },
            rows: order.flatMap { rows[$0 * layout.stride..<($0 + 1) * layout.stride] },
            radii: order.flatMap { radii[$0 * partCount..<($0 + 1) * partCount] }
        )
    }

    private init(
        partCount: Int,
        ascendingMembers members: [Member],
        attributes: [[String: String]],
        rows: [Float],
        radii: [Float]
    ) {
        self.members = members
        self.attributes = attributes
        self.rows = rows
        self.radii = radii
        var ringExtents: [Float] = []
        for start in stride(from: 0, to: members.count, by: Self.ringSize) {
            let end = min(start + Self.ringSize, members.count)
            ringExtents += Self.extent(radii[start * partCount..<end * partCount], partCount: partCount)
        }
        self.ringExtents = ringExtents
        self.extent = Self.extent(radii[...], partCount: partCount)
    }

    /// The items of a ring, as positions.
    func positions(ofRing ring: Int) -> Range<Int> {
        ring * Self.ringSize..<min((ring + 1) * Self.ringSize, self.count)
    }

    /// This partition and one item more.
    ///
    /// - Parameters:
    ///   - row: (S).
    ///   - radii: (P), its distances to the reference point.
    func adding(
        _ member: Member,
        attributes: [String: String],
        row: [Float],
        radii: [Float]
    ) -> Partition {
        let partCount = radii.count
        let key = Self.key(radii[...])
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if Self.key(self.radii[middle * partCount..<(middle + 1) * partCount]) <= key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return Partition(
            partCount: partCount,
            ascendingMembers: Self.joined(self.members[..<low], [member], self.members[low...]),
            attributes: Self.joined(self.attributes[..<low], [attributes], self.attributes[low...]),
            rows: Self.joined(self.rows[..<(low * row.count)], row, self.rows[(low * row.count)...]),
            radii: Self.joined(self.radii[..<(low * partCount)], radii, self.radii[(low * partCount)...])
        )
    }

    /// This partition without one item; nil if it is the last.
    func removing(at position: Int, layout: PartLayout) -> Partition? {
        guard self.count > 1 else { return nil }
        let partCount = layout.parts.count
        let row = position * layout.stride..<(position + 1) * layout.stride
        let radii = position * partCount..<(position + 1) * partCount
        return Partition(
            partCount: partCount,
            ascendingMembers: Self.joined(self.members[..<position], [], self.members[(position + 1)...]),
            attributes: Self.joined(self.attributes[..<position], [], self.attributes[(position + 1)...]),
            rows: Self.joined(self.rows[..<row.lowerBound], [], self.rows[row.upperBound...]),
            radii: Self.joined(self.radii[..<radii.lowerBound], [], self.radii[radii.upperBound...])
        )
    }

    private static func joined<T>(_ head: ArraySlice<T>, _ middle: [T], _ tail: ArraySlice<T>) -> [T] {
        var all: [T] = []
        all.reserveCapacity(head.count + middle.count + tail.count)
        all += head
        all += middle
        all += tail
        return all
    }

    /// What items are ordered by: the squared distance to the reference point, all parts together.
    private static func key(_ radii: ArraySlice<Float>) -> Float {
        radii.reduce(0) { $0 + $1 * $1 }
    }

    /// (P, 2), smallest and largest value of each column of radii (N, P).
    private static func extent(_ radii: ArraySlice<Float>, partCount: Int) -> [Float] {
        var extent = (0..<2 * partCount).map { radii[radii.startIndex + $0 / 2] }
        for (offset, radius) in radii.enumerated() {
            let part = offset % partCount
            extent[2 * part] = min(extent[2 * part], radius)
            extent[2 * part + 1] = max(extent[2 * part + 1], radius)
        }
        return extent
    }
}

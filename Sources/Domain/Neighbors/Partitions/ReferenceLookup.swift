internal import LinearAlgebra

/// The reference points as codes, so that a search need not read them all: each is an item of a partition of its own.
///
/// Partitions whose reference point has moved since are not covered; a search looks at those one by one.
struct ReferenceLookup: Sendable {
    let store: PartitionStore
    /// (K), whether a partition's reference point is the one that was coded.
    private(set) var isCovered: [Bool]
    private(set) var uncoveredCount = 0

    /// Reference points below which reading them all is as fast.
    static let countMinimum = 128

    /// - Parameter references: (K, S).
    init(parts: PartLayout, basis: RotatedBasis, references: Matrix) {
        // Of a reference point only the number is kept, in the place of the owner.
        let members = (0..<references.rows).map { Member(id: .zero, owner: UInt32($0), set: 0) }
        let builder = PartitionBuilder(
            parts: parts,
            basis: basis,
            members: members,
            rows: references,
            facets: nil,
            room: 0
        )
        self.store = builder.partition().store
        self.isCovered = Array(repeating: true, count: references.rows)
    }

    /// Notes that a partition has another reference point.
    mutating func uncover(_ number: Int) {
        if number < self.isCovered.count, self.isCovered[number] {
            self.isCovered[number] = false
            self.uncoveredCount += 1
        }
    }

    /// Whether so many partitions' reference points are still few enough that are not covered.
    func serves(_ count: Int) -> Bool {
        self.uncoveredCount + max(0, count - self.isCovered.count) <= max(16, count / 8)
    }
}

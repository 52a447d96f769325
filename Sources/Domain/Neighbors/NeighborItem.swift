/// One slice as the index keeps it: a vector, whose it is, and what filters may ask about it.
package struct NeighborItem: Sendable, Equatable {
    /// Names the vector.
    package var id: NeighborID
    /// What it belongs to, for grouping and exclusion.
    package var series: NeighborID
    /// Whom it belongs to, for grouping and exclusion.
    package var patient: NeighborID
    /// (D): the parts one after the other.
    package var vector: [Float]
    /// What a filter can ask for.
    package var attributes: [String: String]

    /// An item; the index checks the vector when it is inserted.
    package init(
        id: NeighborID,
        series: NeighborID,
        patient: NeighborID,
        vector: [Float],
        attributes: [String: String] = [:]
    ) {
        self.id = id
        self.series = series
        self.patient = patient
        self.vector = vector
        self.attributes = attributes
    }
}

/// Why the index refuses an item or a query. It is unchanged then.
package enum NeighborError: Error, Equatable {
    /// A vector of another number of values than the parts have together.
    case wrongDimension(expected: Int, found: Int)
    /// The value at this position is NaN, infinite or of a magnitude above `NeighborLimits.magnitudeMaximum`.
    case unusableValue(position: Int)
    /// Not one weight for each part.
    case wrongWeightCount(expected: Int, found: Int)
    /// The weight of this part is NaN, negative or above `NeighborLimits.weightMaximum`.
    case unusableWeight(part: Int)
    /// k is outside of 1 to `NeighborLimits.kMaximum`.
    case unusableK(Int)
}

/// The bounds inside which every squared distance is a finite float.
package enum NeighborLimits {
    /// Largest magnitude of a value: its square times the largest dimension and weight is below 2^127.
    package static let magnitudeMaximum: Float = 1e15
    /// Largest weight of a part in a query.
    package static let weightMaximum: Float = 1_000
    /// Most values in a vector.
    package static let dimensionMaximum = 4_096
    /// Most neighbors that a query may ask for.
    package static let kMaximum = 10_000
}

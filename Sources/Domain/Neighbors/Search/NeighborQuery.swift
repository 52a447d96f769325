/// What of several hits with the same owner is answered.
package enum Grouping: Sendable, CaseIterable {
    /// Every hit counts.
    case none
    /// Only the best hit of each series.
    case series
    /// Only the best hit of each patient.
    case patient
}

/// One question: the k nearest items among those that are admitted.
package struct NeighborQuery: Sendable, Equatable {
    /// (D).
    package var vector: [Float]
    /// (P): how much each part counts, from 0 up.
    package var weights: [Float]
    /// At most this many hits.
    package var k: Int
    /// Of what only the best is found.
    package var grouping: Grouping
    /// Whose vectors are passed over.
    package var excludedPatient: NeighborID?
    /// The series whose vectors are passed over.
    package var excludedSeries: NeighborID?
    /// The vector that is passed over.
    package var excludedID: NeighborID?
    /// All must hold.
    package var filters: [AttributeFilter]

    /// A question; the index checks it when it is asked.
    package init(
        vector: [Float],
        weights: [Float],
        k: Int,
        grouping: Grouping = .none,
        excludedPatient: NeighborID? = nil,
        excludedSeries: NeighborID? = nil,
        excludedID: NeighborID? = nil,
        filters: [AttributeFilter] = []
    ) {
        self.vector = vector
        self.weights = weights
        self.k = k
        self.grouping = grouping
        self.excludedPatient = excludedPatient
        self.excludedSeries = excludedSeries
        self.excludedID = excludedID
        self.filters = filters
    }
}

/// One hit.
package struct Neighbor: Sendable, Equatable {
    /// The vector found.
    package let id: NeighborID
    /// Its series.
    package let series: NeighborID
    /// Its patient.
    package let patient: NeighborID
    /// √(Σ weight · squared distance of the part), from the one fixed-order kernel.
    package let distance: Float
    /// (P): the distance of each part, not weighted.
    package let partDistances: [Float]

    /// A hit as the index found it.
    package init(
        id: NeighborID,
        series: NeighborID,
        patient: NeighborID,
        distance: Float,
        partDistances: [Float]
    ) {
        self.id = id
        self.series = series
        self.patient = patient
        self.distance = distance
        self.partDistances = partDistances
    }
}

/// What an answer cost, and how far it looked.
package struct SearchCost: Sendable, Equatable {
    /// Distances between the query and a vector, reference points included.
    package var distancesComputed = 0
    /// Vectors in the rings that were opened: their codes were looked at.
    package var candidates = 0
    /// Rings that were opened, of sixteen vectors each.
    package var ringsVisited = 0
    /// Distance of the last hit: nothing admitted is nearer and missing. Infinite if fewer than k exist.
    package var radius = Float.infinity
}

/// Hits in the order of (distance, id), and what they cost.
package struct NeighborAnswer: Sendable, Equatable {
    /// Nearest first; equal distances by id.
    package var neighbors: [Neighbor]
    /// What the search looked at.
    package var cost: SearchCost
}

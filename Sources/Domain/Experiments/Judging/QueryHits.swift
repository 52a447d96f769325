package import Evaluation

/// What one slice finds among other patients' slices.
package struct QueryHits: Sendable {
    /// The query's place in the set.
    package let query: Int
    /// The first hits' places in the set, the most similar first.
    package let hits: [Int]

    /// So many hits are kept.
    package static let count = 5

    /// A patient's slices with what they find: those with a level among others with one, those with a class and no level
    /// among others with a class.
    static func all(of patient: String, _ described: DescribedSet) -> [QueryHits] {
        let set = described.set
        let leveled = set.slices.indices.filter {
            set.slices[$0].level != nil && !set.unleveledPatients.contains(set.slices[$0].patient)
        }
        let labeled = set.slices.indices.filter { set.slices[$0].label != nil && set.slices[$0].level == nil }
        return [leveled, labeled].flatMap { places -> [QueryHits] in
            let gallery = places.filter { set.slices[$0].patient != patient }
            guard !gallery.isEmpty else { return [] }
            let queries = places.filter { set.slices[$0].patient == patient }
            return zip(queries, described.nearest(to: queries, among: gallery, count: Self.count)).map {
                QueryHits(query: $0, hits: $1)
            }
        }
    }

    /// How wrong the first hit is: by how much of the lungs' height it is off, or 1 where its class is another.
    package func error(in set: EvaluationSet) -> Double {
        guard let hit = self.hits.first else { return 0 }
        let (one, other) = (set.slices[self.query], set.slices[hit])
        if let a = one.level, let b = other.level { return abs(a - b) }
        return one.label == other.label ? 0 : 1
    }
}

import LinearAlgebra

extension Figure {
    /// Share of the partners with the lesion at the same place that are more similar than with it elsewhere.
    package static func lesionAboveElsewhere(_ kind: LesionKind) -> Figure {
        Figure("\(kind.name) above elsewhere")
    }
    /// Share of the partners with the lesion at the same place that are more similar than without.
    package static func lesionAboveNone(_ kind: LesionKind) -> Figure { Figure("\(kind.name) above none") }
}

extension MethodFigures {
    /// Adds how often the same place of a lesion is the more similar one: a value for each query, the mean over its
    /// partners.
    ///
    /// Equal similarities count half, so that a method that does not see lesions at all gets what chance would.
    mutating func appendLesions(
        _ kind: LesionKind,
        _ triplets: LesionTriplets,
        crops: LesionTriplets.Crops,
        _ described: DescribedSet,
        by descriptor: Descriptor,
        patient: String
    ) throws {
        guard !triplets.triplets.isEmpty else { return }
        let queries = try descriptor.unitVectors(of: crops.queries)
        let same = Self.cosines(queries, try descriptor.unitVectors(of: crops.same))
        let elsewhere = Self.cosines(queries, try descriptor.unitVectors(of: crops.elsewhere))
        let partners = described.vectors.selecting(rows: triplets.triplets.map(\.partner))
        let none = Self.cosines(queries, partners)
        let groups = Dictionary(grouping: triplets.triplets.indices) { triplets.triplets[$0].query }
            .sorted { $0.key < $1.key }.map(\.value)
        func values(_ others: [Double]) -> [Double?] {
            groups.map { group in
                group.reduce(0.0) { $0 + Self.share(same[$1], above: others[$1]) } / Double(group.count)
            }
        }
        self.append(.init(patient, values(elsewhere)), to: .lesionAboveElsewhere(kind))
        self.append(.init(patient, values(none)), to: .lesionAboveNone(kind))
    }

    private static func share(_ one: Double, above other: Double) -> Double {
        one > other ? 1 : (one == other ? 0.5 : 0)
    }

    /// Row by row, in double precision: the differences that decide are small.
    private static func cosines(_ a: Matrix, _ b: Matrix) -> [Double] {
        (0..<a.rows).map { row in
            zip(a.row(row), b.row(row)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
    }
}

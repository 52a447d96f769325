/// How far apart two slices are in one part of their vectors.
package struct PartDistance: Sendable, Equatable {
    /// The part: "outline", "detail" or "density".
    package let name: String
    /// What its squared distance counts in the whole.
    package let weight: Float
    /// Squared Euclidean distance, 0 to 4 between vectors of unit length.
    package let squared: Float
    /// Weight times squared distance as a share of the sum over all parts, 0...1; all are 0 where nothing differs.
    package let share: Float

    /// The distances of all parts, in their order.
    ///
    /// - Parameters:
    ///   - parts: of the model that made both vectors.
    ///   - first: as long as all parts together.
    ///   - second: as long as the first.
    package static func between(_ first: [Float], _ second: [Float], parts: [EmbeddingPart]) -> [PartDistance]
    {
        let count = parts.reduce(0) { $0 + $1.count }
        precondition(first.count == count && second.count == count, "vectors of another model")
        var start = 0
        let squares = parts.map { part in
            let range = start..<start + part.count
            start = range.upperBound
            return zip(first[range], second[range]).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let whole = zip(parts, squares).reduce(Float(0)) { $0 + $1.0.weight * $1.1 }
        return zip(parts, squares).map { part, squared in
            PartDistance(
                name: part.name,
                weight: part.weight,
                squared: squared,
                share: whole > 0 ? part.weight * squared / whole : 0
            )
        }
    }
}

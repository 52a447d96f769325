/// One part of an embedding: a stretch of the vector that is compared by itself.
package struct EmbeddingPart: Sendable, Codable, Equatable {
    /// What it describes: "outline", "detail" or "density".
    package let name: String
    /// Number of elements.
    package let count: Int
    /// What its squared Euclidean distance counts in the distance of two slices, unless the query says otherwise.
    package let weight: Float

    /// Makes a part.
    package init(name: String, count: Int, weight: Float) {
        self.name = name
        self.count = count
        self.weight = weight
    }
}

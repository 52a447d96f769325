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

    /// The parts of the models that this module makes. Their weights are the shares of the squared length: the
    /// lungs' shape 0.2, gradients and learned detail 0.7, the place of dense tissue 0.1.
    package static let standard = [
        EmbeddingPart(name: "outline", count: 32, weight: 0.2),
        EmbeddingPart(name: "detail", count: 96, weight: 0.7),
        EmbeddingPart(name: "density", count: 48, weight: 0.1),
    ]
}

/// Scales a vector to unit length; one that is as good as zero, which has no direction, becomes zero.
func normalize(_ vector: inout [Float]) {
    var square: Float = 0
    for value in vector { square += value * value }
    let norm = square.squareRoot()
    let factor = norm > 1e-8 ? 1 / norm : 0
    for index in vector.indices { vector[index] *= factor }
}

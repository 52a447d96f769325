package import LinearAlgebra

/// The slices of a set as one method describes them.
package struct DescribedSet: Sendable {
    /// The slices.
    package let set: EvaluationSet
    /// (slices x D), rows of unit length.
    package let vectors: Matrix

    /// Describes all slices of a set.
    ///
    /// - Throws: what the method throws.
    package init(_ set: EvaluationSet, by descriptor: Descriptor) throws {
        self.init(set, vectors: try descriptor.unitVectors(of: set.crops))
    }

    /// Takes vectors that were made before.
    ///
    /// - Parameter vectors: (slices x D), rows of unit length.
    package init(_ set: EvaluationSet, vectors: Matrix) {
        precondition(vectors.rows == set.slices.count, "not one vector for each slice")
        self.set = set
        self.vectors = vectors
    }

    /// The most similar slices of a gallery for each query, the most similar first.
    ///
    /// - Parameter count: so many, or all where there are fewer.
    package func nearest(to queries: [Int], among gallery: [Int], count: Int) -> [[Int]] {
        let cosines = self.cosines(of: queries, with: gallery)
        return queries.indices.map { row in ranking(cosines.row(row)).prefix(count).map { gallery[$0] } }
    }

    /// The cosines of some slices with others, (queries x gallery), row-major.
    func cosines(of queries: [Int], with gallery: [Int]) -> Matrix {
        self.cosines(of: self.vectors.selecting(rows: queries), with: gallery)
    }

    /// The cosines of other vectors of unit length with slices of the set, (queries x gallery), row-major.
    func cosines(of queries: Matrix, with gallery: [Int]) -> Matrix {
        multiply(queries, transposed: false, self.vectors.selecting(rows: gallery), transposed: true)
    }
}

/// The places of a list in order of similarity, the most similar first; of equal ones the earlier.
func ranking(_ similarities: ArraySlice<Float>) -> [Int] {
    let start = similarities.startIndex
    return (0..<similarities.count).sorted {
        let (a, b) = (similarities[start + $0], similarities[start + $1])
        return a == b ? $0 < $1 : a > b
    }
}

/// The place of the most similar one; of equal ones the first; nil when there is none.
func first(_ similarities: ArraySlice<Float>) -> Int? {
    var best: Int?
    for place in similarities.indices where best.map({ similarities[place] > similarities[$0] }) ?? true {
        best = place
    }
    return best.map { $0 - similarities.startIndex }
}

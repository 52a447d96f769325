package import Registration

/// How similar all pairs of some slices are before any smoothing or ranking; larger is more similar.
package struct PairSimilarities: Sendable, Equatable {
    /// Of the lungs' outlines.
    package let outline: SimilarityMatrix
    /// Of what is inside: cosines, -1...1.
    package let detail: SimilarityMatrix
    /// Of where the lungs are brighter than others': cosines, -1...1.
    package let density: SimilarityMatrix

    /// Takes three matrices of one size.
    package init(outline: SimilarityMatrix, detail: SimilarityMatrix, density: SimilarityMatrix) {
        precondition(
            outline.count == detail.count && outline.count == density.count,
            "not of the same slices"
        )
        self.outline = outline
        self.detail = detail
        self.density = density
    }

    /// The similarities of pairs.
    ///
    /// - Parameters:
    ///   - pairs: of all pairs in the order of `pairs(count:)`.
    ///   - count: number of slices.
    package init(pairs: [PairSimilarity], count: Int) {
        precondition(pairs.count == count * (count - 1) / 2, "not all pairs")
        self.init(
            outline: SimilarityMatrix(count: count, pairs: pairs.map { Double($0.outline) }),
            detail: SimilarityMatrix(count: count, pairs: pairs.map { Double($0.detail) }),
            density: SimilarityMatrix(count: count, pairs: pairs.map { Double($0.density) })
        )
    }

    /// All pairs of some slices, row by row: of each, the earlier slice is the moving one.
    package static func pairs(count: Int) -> [PairMeasurer.Pair] {
        (0..<count).flatMap { first in (first + 1..<max(count, first + 1)).map { (first, $0) } }
    }

    /// The similarities that follow from places alone: one matrix for all three.
    ///
    /// - Parameters:
    ///   - source: `adjacency` or `height`.
    ///   - sequenceMinimum: slices that make a series a sequence; others have no place.
    package init(places members: [LabelingMember], source: LabelSource, sequenceMinimum: Int) {
        precondition(!source.comparesPictures, "places do not say what pictures show")
        let groups = SliceGroups(of: members, minimum: sequenceMinimum)
        let matrix = source == .adjacency ? adjacencySimilarities(groups) : heightSimilarities(groups)
        self.init(outline: matrix, detail: matrix, density: matrix)
    }
}

/// How similar two slices are before any smoothing or ranking.
package struct PairSimilarity: Sendable, Equatable {
    /// Of the lungs' outlines.
    package let outline: Float
    /// Of what is inside.
    package let detail: Float
    /// Of where the lungs are brighter than others'.
    package let density: Float

    /// Takes three similarities.
    package init(outline: Float, detail: Float, density: Float) {
        (self.outline, self.detail, self.density) = (outline, detail, density)
    }

    /// What follows from a pair's measures.
    package init(_ measures: PairMeasures) {
        self.init(
            outline: measures.outlineSimilarity,
            detail: measures.detailSimilarity,
            density: measures.density
        )
    }
}

/// Similarities of all pairs of some slices: (count x count), row-major, symmetric.
package struct SimilarityMatrix: Sendable, Equatable {
    /// Number of slices.
    package let count: Int
    /// (count x count), row-major.
    package var values: [Double]

    /// Takes count x count values.
    package init(count: Int, values: [Double]) {
        precondition(values.count == count * count, "not a square matrix")
        self.count = count
        self.values = values
    }

    /// All zero.
    package init(count: Int) {
        self.init(count: count, values: [Double](repeating: 0, count: count * count))
    }

    /// Mirrors the values of all pairs, row by row; zero on the diagonal.
    init(count: Int, pairs: [Double]) {
        self.init(count: count)
        var next = 0
        for row in 0..<count {
            for column in (row + 1)..<max(count, row + 1) {
                self[row, column] = pairs[next]
                self[column, row] = pairs[next]
                next += 1
            }
        }
    }

    /// The similarity of two slices.
    package subscript(row: Int, column: Int) -> Double {
        get { values[row * count + column] }
        set { values[row * count + column] = newValue }
    }

    /// The values of the pairs: above the diagonal, row by row.
    var pairs: [Double] {
        var pairs: [Double] = []
        pairs.reserveCapacity(count * (count - 1) / 2)
        for row in 0..<count { pairs.append(contentsOf: values[row * count + row + 1..<(row + 1) * count]) }
        return pairs
    }
}

private import LinearAlgebra

/// Similarities of all pairs of some members: (count x count), row-major, symmetric.
struct SimilarityMatrix: Equatable {
    let count: Int
    var values: [Double]

    init(count: Int, values: [Double]) {
        precondition(values.count == count * count, "not a square matrix")
        self.count = count
        self.values = values
    }

    init(count: Int) {
        self.init(count: count, values: [Double](repeating: 0, count: count * count))
    }

    subscript(row: Int, column: Int) -> Double {
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

/// Outline similarity of all pairs: mean over both lungs of (2 Σ ab + 1) / (Σ a² + Σ b² + 1).
func outlineSimilarities(_ members: [LabelingMember]) -> SimilarityMatrix {
    let count = members.count
    var result = SimilarityMatrix(count: count)
    for lung in 0..<2 {
        let range = lung * outlinePlaneCount..<(lung + 1) * outlinePlaneCount
        let planes = Matrix(stacking: members.map { Array($0.outlinePlanes[range]) })
        let products = multiply(planes, transposed: false, planes, transposed: true)
        for row in 0..<count {
            for column in 0..<count {
                let squares = products[row, row] + products[column, column]
                // Of the two equal products the one above the diagonal: the library may round them differently.
                let product = products[min(row, column), max(row, column)]
                result[row, column] += Double((2 * product + 1) / (squares + 1)) / 2
            }
        }
    }
    return result
}

/// Detail similarity of all pairs: cosine of the label vectors.
func detailSimilarities(_ members: [LabelingMember]) -> SimilarityMatrix {
    let count = members.count
    let vectors = Matrix(stacking: members.map(\.labelVector))
    let products = multiply(vectors, transposed: false, vectors, transposed: true)
    var result = SimilarityMatrix(count: count)
    for row in 0..<count {
        for column in 0..<count {
            result[row, column] = Double(products[min(row, column), max(row, column)])
        }
    }
    return result
}

private import Glibc
import LinearAlgebra

/// What the density stage lowers: each anchor shall be nearer to the view of the same lesion than to all others'
/// (InfoNCE, van den Oord et al. 2018), to the lesion elsewhere and to the slice without it.
struct DensityLoss: Equatable {
    /// Mean over the anchors of -log softmax(cosines / 0.1) of the own positive.
    let value: Float
    /// (4 a x m): gradient by the vectors.
    let gradient: Matrix

    static let temperature: Float = 0.1

    /// - Parameters:
    ///   - vectors: (4 a x m), of unit length: anchors, positives, elsewhere, without.
    ///   - hasLesion: (a); the row without of an anchor that has none is no candidate, for it shows the same.
    init(_ vectors: Matrix, hasLesion: [Bool]) {
        let count = hasLesion.count
        precondition(vectors.rows == 4 * count, "not four rows of each anchor")
        let anchors = vectors.selecting(rows: Array(0..<count))
        let candidates = vectors.selecting(rows: Array(count..<4 * count))
        let cosines = multiply(anchors, transposed: false, candidates, transposed: true)
        var slopes = Matrix(rows: count, columns: 3 * count)
        var sum: Float = 0
        for row in 0..<count {
            var logits = cosines.row(row).map { $0 / Self.temperature }
            for (column, has) in hasLesion.enumerated() where !has { logits[2 * count + column] = -.infinity }
            let largest = logits.max() ?? 0
            let powers = logits.map { expf($0 - largest) }
            let total = powers.reduce(0, +)
            sum += largest + logf(total) - logits[row]
            for column in powers.indices {
                let wanted: Float = column == row ? 1 : 0
                slopes[row, column] = (powers[column] / total - wanted) / Self.temperature / Float(count)
            }
        }
        value = sum / Float(count)
        let byAnchors = multiply(slopes, candidates)
        let byCandidates = multiply(slopes, transposed: true, anchors, transposed: false)
        gradient = Matrix(
            rows: 4 * count,
            columns: vectors.columns,
            values: byAnchors.values + byCandidates.values
        )
    }
}

import Glibc
import LinearAlgebra

/// The loss of a batch in double precision, written from its definition without any shared code.
///
/// - Parameter outputs: one vector a row, not normalized.
func batchLossTwin(
    _ outputs: [[Double]],
    labels: Matrix,
    slices: [Int],
    labelWeight: Double,
    contrastiveWeight: Double
) -> Double {
    func softmax(_ values: [Double]) -> [Double] {
        let exponentials = values.map { exp($0) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { $0 / sum }
    }
    let units = outputs.map { output in
        let norm = output.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return output.map { $0 / norm }
    }
    var total = 0.0
    for row in outputs.indices {
        let others = outputs.indices.filter { $0 != row }
        let cosines = others.map { other in zip(units[row], units[other]).reduce(0) { $0 + $1.0 * $1.1 } }
        let targets = others.map { slices[$0] == slices[row] ? 1 : Double(labels[row, $0]) }
        let p = softmax(targets.map { $0 / 0.1 })
        let q = softmax(cosines.map { $0 / 0.1 })
        let listwise = zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
        let positives = others.indices.filter { slices[others[$0]] == slices[row] }
        let contrastive = positives.reduce(0) { $0 - log(q[$1]) } / Double(max(1, positives.count))
        total += (labelWeight * listwise + contrastiveWeight * contrastive) / Double(outputs.count)
    }
    return total
}

import Glibc
import Learning
import LinearAlgebra

/// The same network and loss in double precision, written from the definition without any shared code: what gradients
/// are compared with.
struct DoubleTwin {
    var parameters: [String: [Double]]
    let inputs: Int
    let hidden: Int
    let outputs: Int

    init(_ layers: DenseLayers) {
        inputs = layers.skip.rows
        hidden = layers.firstBias.count
        outputs = layers.secondBias.count
        parameters = [
            "skip": layers.skip.values.map { Double($0) },
            "w1": layers.firstWeights.values.map { Double($0) },
            "b1": layers.firstBias.map { Double($0) },
            "w2": layers.secondWeights.values.map { Double($0) },
            "b2": layers.secondBias.map { Double($0) },
        ]
    }

    /// z = x · skip + ReLU(x · w1 + b1) · w2 + b2, for one row.
    func output(_ input: [Double]) -> [Double] {
        guard let skip = parameters["skip"], let w1 = parameters["w1"], let b1 = parameters["b1"],
            let w2 = parameters["w2"], let b2 = parameters["b2"]
        else { return [] }
        let middle = (0..<hidden).map { unit in
            max(0, (0..<inputs).reduce(b1[unit]) { $0 + input[$1] * w1[$1 * hidden + unit] })
        }
        return (0..<outputs).map { unit in
            let direct = (0..<inputs).reduce(b2[unit]) { $0 + input[$1] * skip[$1 * outputs + unit] }
            return (0..<hidden).reduce(direct) { $0 + middle[$1] * w2[$1 * outputs + unit] }
        }
    }

    /// The total loss of a batch.
    func loss(_ batch: Matrix, labels: Matrix, slices: [Int], contrastiveWeight: Double) -> Double {
        let units = (0..<batch.rows).map { row -> [Double] in
            let output = output(batch.row(row).map { Double($0) })
            let norm = output.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return output.map { $0 / norm }
        }
        var total = 0.0
        for row in 0..<batch.rows {
            let others = (0..<batch.rows).filter { $0 != row }
            let cosines = others.map { other in zip(units[row], units[other]).reduce(0) { $0 + $1.0 * $1.1 } }
            let targets = others.map { slices[$0] == slices[row] ? 1 : Double(labels[row, $0]) }
            let p = softmax(targets.map { $0 / 0.1 })
            let q = softmax(cosines.map { $0 / 0.1 })
            let listwise = zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
            let positives = others.indices.filter { slices[others[$0]] == slices[row] }
            let contrastive = positives.reduce(0) { $0 - log(q[$1]) } / Double(max(1, positives.count))
            total += (listwise + contrastiveWeight * contrastive) / Double(batch.rows)
        }
        return total
    }

    private func softmax(_ values: [Double]) -> [Double] {
        let exponentials = values.map { exp($0) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { $0 / sum }
    }
}

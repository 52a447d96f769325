import Learning
import LinearAlgebra
import Testing

@Suite("Loss of a batch")
struct BatchLossTests {
    /// A batch of 5 slices, three of them in two views.
    private let slices = [0, 1, 2, 3, 4, 0, 1, 2]
    private let outputs: Matrix
    private let labels: Matrix

    init() {
        var generator = SeededGenerator(seed: 4)
        let (rows, columns) = (slices.count, 4)
        outputs = Matrix(
            rows: rows,
            columns: columns,
            values: (0..<rows * columns).map { _ in generator.normal() }
        )
        var labels = Matrix(rows: rows, columns: rows)
        for row in 0..<rows {
            for column in 0..<row {
                let value = Float(generator.unit())
                labels[row, column] = value
                labels[column, row] = value
            }
        }
        self.labels = labels
    }

    private func loss(labelWeight: Float, contrastiveWeight: Float) -> BatchLoss {
        BatchLoss(
            outputs: outputs,
            labels: labels,
            slices: slices,
            labelWeight: labelWeight,
            contrastiveWeight: contrastiveWeight
        )
    }

    private func twin(_ rows: [[Double]], labelWeight: Float, contrastiveWeight: Float) -> Double {
        batchLossTwin(
            rows,
            labels: labels,
            slices: slices,
            labelWeight: Double(labelWeight),
            contrastiveWeight: Double(contrastiveWeight)
        )
    }

    private var rows: [[Double]] { (0..<outputs.rows).map { outputs.row($0).map { Double($0) } } }

    @Test("is that of the twin in double precision", arguments: [Float(0), 0.3, 1], [Float(0.5), 1])
    func lossAgrees(contrastiveWeight: Float, labelWeight: Float) {
        let loss = loss(labelWeight: labelWeight, contrastiveWeight: contrastiveWeight)
        let total = Double(labelWeight * loss.listwise + contrastiveWeight * loss.contrastive)
        let expected = twin(rows, labelWeight: labelWeight, contrastiveWeight: contrastiveWeight)
        #expect(abs(total - expected) < 1e-5 * max(1, expected))
    }

    @Test(
        "its gradient is the central difference of the twin's loss",
        arguments: [Float(0), 0.3],
        [Float(0), 1]
    )
    func gradientsAgree(contrastiveWeight: Float, labelWeight: Float) {
        guard labelWeight + contrastiveWeight > 0 else { return }
        let gradient = loss(labelWeight: labelWeight, contrastiveWeight: contrastiveWeight).gradient
        let step = 1e-6
        let largest = gradient.values.map(abs).max() ?? 0
        #expect(largest > 1e-3)
        for row in 0..<outputs.rows {
            for column in 0..<outputs.columns {
                var (above, below) = (rows, rows)
                above[row][column] += step
                below[row][column] -= step
                let difference =
                    twin(above, labelWeight: labelWeight, contrastiveWeight: contrastiveWeight)
                    - twin(below, labelWeight: labelWeight, contrastiveWeight: contrastiveWeight)
                // Single precision against double: a ten-thousandth of the largest gradient.
                #expect(abs(Double(gradient[row, column]) - difference / (2 * step)) < 1e-4 * Double(largest))
            }
        }
    }
}

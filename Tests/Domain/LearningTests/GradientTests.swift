import Learning
import LinearAlgebra
import Testing

@Suite("Gradients by hand")
struct GradientTests {
    /// A small network whose second layer is not zero, and a batch of 5 slices, three of them in two views.
    private let slices = [0, 1, 2, 3, 4, 0, 1, 2]
    private let layers: DenseLayers
    private let batch: Matrix
    private let labels: Matrix

    init() {
        var generator = SeededGenerator(seed: 4)
        func random(_ rows: Int, _ columns: Int, _ scale: Float) -> Matrix {
            Matrix(
                rows: rows,
                columns: columns,
                values: (0..<rows * columns).map { _ in generator.normal() * scale }
            )
        }
        let (inputs, hidden, outputs) = (6, 7, 4)
        layers = DenseLayers(
            skip: random(inputs, outputs, 0.5),
            firstWeights: random(inputs, hidden, 0.6),
            firstBias: random(1, hidden, 0.3).values,
            secondWeights: random(hidden, outputs, 0.5),
            secondBias: random(1, outputs, 0.3).values
        )
        batch = random(slices.count, inputs, 1)
        var labels = Matrix(rows: slices.count, columns: slices.count)
        for row in 0..<slices.count {
            for column in 0..<row {
                let value = Float(generator.unit())
                labels[row, column] = value
                labels[column, row] = value
            }
        }
        self.labels = labels
    }

    private func loss(contrastiveWeight: Float) -> (BatchLoss, DenseLayers.Activations) {
        let activations = layers.forward(batch, skipped: multiply(batch, layers.skip))
        let loss = BatchLoss(
            outputs: activations.output,
            labels: labels,
            slices: slices,
            contrastiveWeight: contrastiveWeight
        )
        return (loss, activations)
    }

    @Test("the loss is that of the twin in double precision", arguments: [Float(0), 0.3, 1])
    func lossAgrees(contrastiveWeight: Float) {
        let (loss, _) = loss(contrastiveWeight: contrastiveWeight)
        let total = Double(loss.listwise + contrastiveWeight * loss.contrastive)
        let twin = DoubleTwin(layers).loss(
            batch,
            labels: labels,
            slices: slices,
            contrastiveWeight: Double(contrastiveWeight)
        )
        #expect(abs(total - twin) < 1e-5 * max(1, twin))
    }

    @Test("each gradient is the central difference of the twin's loss", arguments: ["w1", "b1", "w2", "b2"])
    func gradientsAgree(name: String) throws {
        let (loss, activations) = loss(contrastiveWeight: 0.3)
        let gradients = layers.backward(activations, outputGradient: loss.gradient)
        let byHand = [
            "w1": gradients.firstWeights.values, "b1": gradients.firstBias,
            "w2": gradients.secondWeights.values, "b2": gradients.secondBias,
        ]
        let analytic = try #require(byHand[name])
        let twin = DoubleTwin(layers)
        let step = 1e-6
        let largest = analytic.map(abs).max() ?? 0
        #expect(largest > 1e-3)
        for index in analytic.indices {
            var (above, below) = (twin, twin)
            above.parameters[name]?[index] += step
            below.parameters[name]?[index] -= step
            let difference =
                above.loss(batch, labels: labels, slices: slices, contrastiveWeight: 0.3)
                - below.loss(batch, labels: labels, slices: slices, contrastiveWeight: 0.3)
            // Single precision against double: a ten-thousandth of the largest gradient.
            #expect(abs(Double(analytic[index]) - difference / (2 * step)) < 1e-4 * Double(largest))
        }
    }

    @Test("one vector and a batch give the same output")
    func singleAgrees() {
        let activations = layers.forward(batch, skipped: multiply(batch, layers.skip))
        for row in 0..<batch.rows {
            let single = layers.output(of: Array(batch.row(row)))
            for (a, b) in zip(single, activations.output.row(row)) { #expect(abs(a - b) < 1e-5) }
        }
    }
}

package import LinearAlgebra

/// Two dense layers beside a fixed linear map: z = x · skip + ReLU(x · w1 + b1) · w2 + b2.
///
/// The linear map holds principal components; with a second layer of zeros the whole is the projection to them.
package struct DenseLayers: Sendable, Equatable {
    /// (D x m), not trained.
    package var skip: Matrix
    /// (D x hidden).
    package var firstWeights: Matrix
    /// (hidden).
    package var firstBias: [Float]
    /// (hidden x m).
    package var secondWeights: Matrix
    /// (m).
    package var secondBias: [Float]

    /// Takes parameters as they were stored.
    package init(
        skip: Matrix,
        firstWeights: Matrix,
        firstBias: [Float],
        secondWeights: Matrix,
        secondBias: [Float]
    ) {
        precondition(skip.rows == firstWeights.rows && skip.columns == secondWeights.columns, "sides differ")
        precondition(firstWeights.columns == secondWeights.rows, "hidden sides differ")
        precondition(firstBias.count == firstWeights.columns, "first bias of another size")
        precondition(secondBias.count == secondWeights.columns, "second bias of another size")
        self.skip = skip
        self.firstWeights = firstWeights
        self.firstBias = firstBias
        self.secondWeights = secondWeights
        self.secondBias = secondBias
    }

    /// Starts the first layer with normal numbers of variance 2 / D (He et al. 2015) and the second with zeros.
    package init(skip: Matrix, hidden: Int, generator: inout SeededGenerator) {
        let deviation = (2 / Float(skip.rows)).squareRoot()
        let weights = (0..<skip.rows * hidden).map { _ in generator.normal() * deviation }
        self.init(
            skip: skip,
            firstWeights: Matrix(rows: skip.rows, columns: hidden, values: weights),
            firstBias: [Float](repeating: 0, count: hidden),
            secondWeights: Matrix(rows: hidden, columns: skip.columns),
            secondBias: [Float](repeating: 0, count: skip.columns)
        )
    }

    /// The output (m) for one input (D), not normalized; the same bits on every CPU.
    package func output(of input: [Float]) -> [Float] {
        var hidden = firstBias
        addDense(input, weights: firstWeights, to: &hidden)
        for index in hidden.indices { hidden[index] = max(0, hidden[index]) }
        var output = secondBias
        addDense(input, weights: skip, to: &output)
        addDense(hidden, weights: secondWeights, to: &output)
        return output
    }

    /// What a forward pass leaves for the backward pass.
    package struct Activations {
        /// (b x D).
        package let input: Matrix
        /// (b x hidden), after the ReLU.
        package let hidden: Matrix
        /// (b x m), not normalized.
        package let output: Matrix
    }

    /// The outputs of a batch.
    ///
    /// - Parameters:
    ///   - input: (b x D).
    ///   - skipped: (b x m): input · skip, which a caller can compute once for all epochs.
    package func forward(_ input: Matrix, skipped: Matrix) -> Activations {
        var hidden = multiply(input, firstWeights)
        for row in 0..<hidden.rows {
            for column in 0..<hidden.columns {
                hidden[row, column] = max(0, hidden[row, column] + firstBias[column])
            }
        }
        var output = skipped
        multiply(hidden, secondWeights, into: &output, beta: 1)
        for row in 0..<output.rows {
            for column in 0..<output.columns { output[row, column] += secondBias[column] }
        }
        return Activations(input: input, hidden: hidden, output: output)
    }

    /// The loss's gradients of all that is trained.
    package struct Gradients {
        /// (D x hidden).
        package var firstWeights: Matrix
        /// (hidden).
        package var firstBias: [Float]
        /// (hidden x m).
        package var secondWeights: Matrix
        /// (m).
        package var secondBias: [Float]
    }

    /// The gradients for a batch.
    ///
    /// - Parameter outputGradient: (b x m), the loss's gradient of the outputs before normalization.
    package func backward(_ activations: Activations, outputGradient: Matrix) -> Gradients {
        var hiddenGradient = multiply(outputGradient, transposed: false, secondWeights, transposed: true)
        for index in hiddenGradient.values.indices where activations.hidden.values[index] <= 0 {
            hiddenGradient.values[index] = 0
        }
        return Gradients(
            firstWeights: multiply(activations.input, transposed: true, hiddenGradient),
            firstBias: columnSums(hiddenGradient),
            secondWeights: multiply(activations.hidden, transposed: true, outputGradient),
            secondBias: columnSums(outputGradient)
        )
    }
}

private func columnSums(_ matrix: Matrix) -> [Float] {
    var sums = [Float](repeating: 0, count: matrix.columns)
    for row in 0..<matrix.rows {
        for column in 0..<matrix.columns { sums[column] += matrix[row, column] }
    }
    return sums
}

/// AdamW for the four arrays of two dense layers; biases do not decay.
struct LayerOptimizer {
    private var firstWeights: AdamWState
    private var firstBias: AdamWState
    private var secondWeights: AdamWState
    private var secondBias: AdamWState

    init(for layers: DenseLayers) {
        firstWeights = AdamWState(count: layers.firstWeights.values.count)
        firstBias = AdamWState(count: layers.firstBias.count)
        secondWeights = AdamWState(count: layers.secondWeights.values.count)
        secondBias = AdamWState(count: layers.secondBias.count)
    }

    mutating func step(
        _ layers: inout DenseLayers,
        gradients: DenseLayers.Gradients,
        rate: Float,
        decay: Float
    ) {
        firstWeights.step(
            &layers.firstWeights.values,
            gradients: gradients.firstWeights.values,
            rate: rate,
            decay: decay
        )
        firstBias.step(&layers.firstBias, gradients: gradients.firstBias, rate: rate, decay: 0)
        secondWeights.step(
            &layers.secondWeights.values,
            gradients: gradients.secondWeights.values,
            rate: rate,
            decay: decay
        )
        secondBias.step(&layers.secondBias, gradients: gradients.secondBias, rate: rate, decay: 0)
    }
}

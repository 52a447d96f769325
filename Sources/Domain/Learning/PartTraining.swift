import LinearAlgebra

/// One learned part while it is trained: its layers over inputs that were centered and scaled beforehand.
struct PartTraining {
    /// The training pool's mean (D), taken from every input.
    let mean: [Float]
    /// Factor that brings the centered inputs to a variance of about one.
    let inputScale: Float
    /// Rows of all views of all training slices, slice by slice, the original first: (n · views x D).
    let inputs: Matrix
    /// Inputs · skip, which training does not change.
    let skipped: Matrix
    /// Rows of the test slices.
    let testInputs: Matrix
    let testSkipped: Matrix
    /// (n x n) labels of the training slices, and of the test slices.
    let labels: Matrix
    let testLabels: Matrix
    var layers: DenseLayers
    private var optimizer: LayerOptimizer

    /// Fits the principal components to the originals and starts the layers.
    ///
    /// - Parameters:
    ///   - views: (n · views x D), as computed from the crops.
    ///   - viewCount: rows of each slice; its first row is the original.
    init(
        views: Matrix,
        viewCount: Int,
        test: Matrix,
        labels: Matrix,
        testLabels: Matrix,
        part: EmbeddingPart,
        hidden: Int,
        skipLength: Float,
        generator: inout SeededGenerator
    ) {
        let originals = views.selecting(rows: Array(stride(from: 0, to: views.rows, by: viewCount)))
        let principal = PrincipalComponents(fitting: originals, count: part.count)
        mean = principal.mean
        let scale = Self.scale(of: originals, mean: principal.mean)
        inputScale = scale
        inputs = Self.centered(views, mean: principal.mean, scale: scale)
        testInputs = Self.centered(test, mean: principal.mean, scale: scale)
        var skip = principal.components
        let centered = Self.centered(originals, mean: principal.mean, scale: scale)
        let length = Self.rootMeanSquareLength(multiply(centered, skip))
        for index in skip.values.indices { skip.values[index] *= skipLength / max(length, 1e-6) }
        skipped = multiply(inputs, skip)
        testSkipped = multiply(testInputs, skip)
        self.labels = labels
        self.testLabels = testLabels
        layers = DenseLayers(skip: skip, hidden: hidden, generator: &generator)
        optimizer = LayerOptimizer(for: layers)
    }

    /// One step on a batch.
    ///
    /// - Parameters:
    ///   - slices: (b) the slice of each row.
    ///   - rows: (b) the row of `inputs`.
    /// - Returns: the batch's listwise loss before the step; the layers are left alone when it is not finite.
    mutating func step(slices: [Int], rows: [Int], rate: Float, recipe: TrainingRecipe) -> Float {
        let activations = layers.forward(inputs.selecting(rows: rows), skipped: skipped.selecting(rows: rows))
        let loss = BatchLoss(
            outputs: activations.output,
            labels: Self.submatrix(labels, slices),
            slices: slices,
            contrastiveWeight: recipe.contrastiveWeight
        )
        guard loss.listwise.isFinite, loss.contrastive.isFinite else { return .nan }
        let gradients = layers.backward(activations, outputGradient: loss.gradient)
        optimizer.step(&layers, gradients: gradients, rate: rate, decay: recipe.weightDecay)
        return loss.listwise
    }

    /// The listwise loss over all test slices, of the layers as they would go into the model.
    ///
    /// At the temperature that suits them best: a search knows only the order of the cosines, and the untrained layers
    /// would else be judged by the spread of theirs.
    func testLoss(learnedShare: Float) -> Float {
        let outputs = Self.weakened(layers, learnedShare).forward(testInputs, skipped: testSkipped).output
        let losses = Self.testTemperatures.map { temperature in
            BatchLoss(
                outputs: outputs,
                labels: testLabels,
                slices: Array(0..<outputs.rows),
                contrastiveWeight: 0,
                temperature: temperature
            ).listwise
        }
        return losses.contains { !$0.isFinite } ? .nan : losses.min() ?? .nan
    }

    /// Ascending by a factor of 1.4 from 0.02 to 1.15.
    private static let testTemperatures: [Float] = (0..<13).map { step in
        (0..<step).reduce(Float(0.02)) { value, _ in value * 1.4 }
    }

    /// The layers as they go into the model, for inputs that are centered but not scaled.
    func finished(_ layers: DenseLayers, learnedShare: Float) -> DenseLayers {
        var result = Self.weakened(layers, learnedShare)
        for index in result.skip.values.indices { result.skip.values[index] *= inputScale }
        for index in result.firstWeights.values.indices { result.firstWeights.values[index] *= inputScale }
        return result
    }

    /// Scales what the layers add to the principal components.
    private static func weakened(_ layers: DenseLayers, _ share: Float) -> DenseLayers {
        var result = layers
        for index in result.secondWeights.values.indices { result.secondWeights.values[index] *= share }
        for index in result.secondBias.indices { result.secondBias[index] *= share }
        return result
    }

    private static func scale(of originals: Matrix, mean: [Float]) -> Float {
        var sum = 0.0
        for row in 0..<originals.rows {
            for column in 0..<originals.columns {
                let difference = Double(originals[row, column] - mean[column])
                sum += difference * difference
            }
        }
        let variance = sum / Double(max(1, originals.values.count))
        return variance > 1e-12 ? Float(1 / variance.squareRoot()) : 1
    }

    private static func centered(_ data: Matrix, mean: [Float], scale: Float) -> Matrix {
        var result = data
        for row in 0..<data.rows {
            for column in 0..<data.columns {
                result[row, column] = (data[row, column] - mean[column]) * scale
            }
        }
        return result
    }

    private static func rootMeanSquareLength(_ data: Matrix) -> Float {
        let sum = data.values.reduce(0.0) { $0 + Double($1) * Double($1) }
        return Float((sum / Double(max(1, data.rows))).squareRoot())
    }

    private static func submatrix(_ matrix: Matrix, _ indices: [Int]) -> Matrix {
        var result = Matrix(rows: indices.count, columns: indices.count)
        for (row, from) in indices.enumerated() {
            for (column, to) in indices.enumerated() { result[row, column] = matrix[from, to] }
        }
        return result
    }
}

package import Learning
package import LinearAlgebra
import Tensors

/// What the outline and detail stages lower: the disagreement of a batch's cosines with the labels (listwise, soft) and,
/// weighing less, their failure to find the other view of the same slice (InfoNCE).
package struct EncoderLoss: Sendable, Equatable {
    /// The network's output that is a vector of each view.
    private let output: String
    private let labelWeight: Float
    private let contrastiveWeight: Float

    /// The loss of an encoder's stage.
    ///
    /// - Parameter output: "outline" or "detail".
    package init(of output: String, recipe: WSSENetRecipe) {
        self.output = output
        labelWeight = recipe.labelWeight
        contrastiveWeight = recipe.contrastiveWeight
    }

    /// Reads a batch's vectors after `forward` and writes their gradients for `backward`.
    ///
    /// - Parameters:
    ///   - labels: (batch x batch), similarities of the views' slices, 0...1.
    ///   - slices: (batch), which slice each is a view of.
    /// - Returns: what is lowered, and its two terms.
    package func evaluate(
        _ compiled: CompiledNetwork,
        labels: Matrix,
        slices: [Int]
    ) -> (value: Float, terms: BatchLoss) {
        let vectors = compiled.output(output)
        let shape = vectors.format.shape
        // Vectors of unit length are normalized again, which changes neither them nor their gradient.
        let loss = BatchLoss(
            outputs: Matrix(rows: shape[0], columns: shape[1], values: vectors.copied()),
            labels: labels,
            slices: slices,
            labelWeight: labelWeight,
            contrastiveWeight: contrastiveWeight
        )
        compiled.outputGradient(output).replace(with: loss.gradient.values)
        return (labelWeight * loss.listwise + contrastiveWeight * loss.contrastive, loss)
    }
}

import LinearAlgebra

/// How badly moving images, warped, lie on fixed ones, and how violent the warps are.
///
/// Images have three channels: grey values, the left lung's mask, the right lung's mask. The affine map is
/// judged alone by the lungs, and together with the displacements by the lungs and by the grey values where
/// lungs lie on lungs.
package struct RegistrationLoss: Sendable {
    /// What each term counts beside the lungs' agreement after the whole warp, which counts 1.
    package struct Weights: Sendable, Codable, Equatable {
        /// Of the lungs' disagreement after the affine map.
        package var affineDice: Float = 0.5
        /// Of 1 - correlation.
        package var correlation: Float = 0.3
        /// Of the bending energy.
        package var bending: Float = 2
        /// Of the displacements' mean square.
        package var displacementSize: Float = 0.5
        /// Of |A - I|² + ½ |t|².
        package var affineSize: Float = 0.02

        /// The weights that were found by trying.
        package init() {}
    }

    /// The terms of one pair.
    package struct Terms: Sendable, Equatable {
        /// Mean of both lungs after the affine map, 1 for equal ones.
        package var affineDice: Float = 0
        /// Mean of both lungs after the whole warp.
        package var dice: Float = 0
        /// Of the grey values where lungs lie on lungs, after the whole warp.
        package var correlation: Float = 0
        /// Of the displacements.
        package var bending: Float = 0
        /// Mean square of the displacements.
        package var displacementSize: Float = 0
        /// |A - I|² + ½ |t|².
        package var affineSize: Float = 0

        /// All terms, weighted: the loss.
        package func total(_ weights: Weights) -> Float {
            (1 - dice) + weights.affineDice * (1 - affineDice) + weights.correlation * (1 - correlation)
                + weights.bending * bending + weights.displacementSize * displacementSize
                + weights.affineSize * affineSize
        }
    }

    /// A batch's terms and what they ask of the parameters.
    package struct Evaluation: Sendable {
        /// (n).
        package let terms: [Terms]
        /// (n): the weighted sum of each pair's terms.
        package let values: [Float]
        /// Gradients by the parameters, each pair's of its own value times the factor asked for.
        package let gradient: WarpParameters
    }

    /// Blur of the grey values before they are compared, in pixels.
    package static let blur = GaussianBlur(sigma: 1.5)
    /// Grey values and two lungs.
    package static let channelCount = 3

    /// What each term counts.
    package let weights: Weights
    let grid: SamplingGrid

    /// The loss on images of a shape.
    package init(
        rows: Int,
        columns: Int,
        knots: Int = SplineBasis.knotCount,
        weights: Weights = Weights()
    ) {
        self.weights = weights
        grid = SamplingGrid(rows: rows, columns: columns, knots: knots)
    }

    /// Images as they are compared: grey values blurred, masks as they are.
    package static func prepared(_ images: ImageBatch) -> ImageBatch {
        var prepared = images
        blur.blur(&prepared, channel: 0)
        return prepared
    }

    /// Computes terms and gradients.
    ///
    /// - Parameters:
    ///   - moving: (n, 3, any height, any width), prepared.
    ///   - fixed: (n, 3, rows, columns), prepared.
    ///   - parameters: of n warps with displacements.
    ///   - factor: by which gradients are multiplied, 1 / n for those of the batch's mean.
    package func evaluate(
        moving: ImageBatch,
        fixed: ImageBatch,
        parameters: WarpParameters,
        factor: Float = 1
    ) -> Evaluation {
        let count = moving.count
        precondition(fixed.count == count && moving.shape.channels == Self.channelCount, "not n pairs")
        precondition(
            fixed.shape
                == SampledShape(channels: Self.channelCount, height: grid.rows, width: grid.columns),
            "fixed images are not (3, rows, columns)"
        )
        precondition(parameters.affine.count == count * SamplingGrid.affineCount, "affine is not (n, 6)")
        precondition(
            parameters.displacements?.count == count * grid.displacementCount,
            "displacements are not (n, 2, knots, knots)"
        )
        var gradient = WarpParameters(identities: count, knots: grid.knots)
        let pair = RegistrationPair(loss: self, shape: moving.shape, factor: factor)
        var terms: [Terms] = []
        for item in 0..<count {
            let pairTerms = pair.evaluate(
                moving: moving.values.span.extracting(moving.range(of: item)),
                fixed: fixed.values.span.extracting(fixed.range(of: item)),
                parameters: parameters,
                item: item,
                gradient: &gradient
            )
            terms.append(pairTerms)
        }
        return Evaluation(terms: terms, values: terms.map { $0.total(weights) }, gradient: gradient)
    }
}

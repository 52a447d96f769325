package import LinearAlgebra

/// Warps a batch of images, each by its own parameters, and takes gradients back to both.
package struct Warp: Sendable {
    /// Where the results' pixels lie.
    package let grid: SamplingGrid
    /// What lies beyond the images.
    package let border: SampledBorder

    /// Warps to results of a shape.
    package init(
        rows: Int,
        columns: Int,
        border: SampledBorder = .zeros,
        knots: Int = SplineBasis.knotCount
    ) {
        grid = SamplingGrid(rows: rows, columns: columns, knots: knots)
        self.border = border
    }

    /// What a forward pass leaves for the backward pass.
    package struct Activations: Sendable {
        /// (n, channels, height, width): what was warped.
        package let images: ImageBatch
        /// (n) times (rows x 2 · columns).
        package let places: [Matrix]
        /// Whether displacements followed the affine map.
        package let hasDisplacements: Bool
        /// (n, channels, rows, columns).
        package let output: ImageBatch
    }

    /// Warps images.
    ///
    /// - Parameters:
    ///   - images: (n, channels, height, width), of any height and width.
    ///   - parameters: of n warps.
    package func forward(_ images: ImageBatch, _ parameters: WarpParameters) -> Activations {
        let count = images.count
        precondition(parameters.affine.count == count * SamplingGrid.affineCount, "affine is not (n, 6)")
        var output = ImageBatch(count: count, shape: outputShape(images.shape))
        var places: [Matrix] = []
        places.reserveCapacity(count)
        for item in 0..<count {
            let itemPlaces = grid.places(parameters, item: item)
            let range = output.range(of: item)
            var samples = output.values.mutableSpan
            var itemSamples = samples._mutatingExtracting(range)
            sample(
                into: &itemSamples,
                image: images.values.span.extracting(images.range(of: item)),
                shape: images.shape,
                border: border,
                places: itemPlaces.values.span
            )
            places.append(itemPlaces)
        }
        return Activations(
            images: images,
            places: places,
            hasDisplacements: parameters.displacements != nil,
            output: output
        )
    }

    /// The gradient by the images, (n, channels, height, width).
    ///
    /// - Parameter upstream: (n, channels, rows, columns), the gradient by the output.
    package func imageGradient(_ activations: Activations, upstream: ImageBatch) -> ImageBatch {
        let images = activations.images
        precondition(upstream.shape == activations.output.shape, "upstream is not of the output's shape")
        var gradient = ImageBatch(count: images.count, shape: images.shape)
        for item in 0..<images.count {
            let range = gradient.range(of: item)
            let places = activations.places[item]
            var all = gradient.values.mutableSpan
            var itemGradient = all._mutatingExtracting(range)
            addImageGradient(
                to: &itemGradient,
                shape: images.shape,
                border: border,
                places: places.values.span,
                upstream: upstream.values.span.extracting(upstream.range(of: item))
            )
        }
        return gradient
    }

    /// The gradients by the parameters.
    ///
    /// - Parameter upstream: (n, channels, rows, columns), the gradient by the output.
    package func parameterGradient(_ activations: Activations, upstream: ImageBatch) -> WarpParameters {
        let images = activations.images
        precondition(upstream.shape == activations.output.shape, "upstream is not of the output's shape")
        var gradient = WarpParameters(
            identities: images.count,
            knots: activations.hasDisplacements ? grid.knots : nil
        )
        for item in 0..<images.count {
            let places = activations.places[item]
            var placeGradient = Matrix(rows: grid.rows, columns: 2 * grid.columns)
            var placeSpan = placeGradient.values.mutableSpan
            writePlaceGradient(
                into: &placeSpan,
                image: images.values.span.extracting(images.range(of: item)),
                shape: images.shape,
                border: border,
                places: places.values.span,
                upstream: upstream.values.span.extracting(upstream.range(of: item))
            )
            grid.addGradient(of: placeGradient, item: item, to: &gradient)
        }
        return gradient
    }

    private func outputShape(_ shape: SampledShape) -> SampledShape {
        SampledShape(channels: shape.channels, height: grid.rows, width: grid.columns)
    }
}

import LinearAlgebra

/// One pair of images of a registration: its terms, and its gradients through the two warps.
struct RegistrationPair {
    let loss: RegistrationLoss
    /// The moving image's shape, all three channels.
    let shape: SampledShape
    /// By which gradients are multiplied.
    let factor: Float

    private var grid: SamplingGrid { loss.grid }
    /// Pixels of a result's plane.
    private var planeSize: Int { grid.rows * grid.columns }

    /// The pair's terms; adds its gradients to those of the batch.
    ///
    /// - Parameters:
    ///   - moving: (3, height, width).
    ///   - fixed: (3, rows, columns).
    ///   - parameters: of all items.
    ///   - gradient: by the parameters of all items, added to.
    func evaluate(
        moving: Span<Float>,
        fixed: Span<Float>,
        parameters: WarpParameters,
        item: Int,
        gradient: inout WarpParameters
    ) -> RegistrationLoss.Terms {
        var terms = RegistrationLoss.Terms()
        let affine = parameters.affine.span.extracting(grid.affineRange(item))
        var affineGradient = [Float](repeating: 0, count: SamplingGrid.affineCount)
        terms.affineDice = compareLungs(moving, fixed, affine: affine, gradient: &affineGradient)
        if let values = parameters.displacements {
            let displacements = values.span.extracting(grid.displacementRange(item))
            let places = grid.places(affine: affine, displacements: displacements)
            let placeGradient = compareAll(moving, fixed, places: places, terms: &terms)
            grid.addGradient(of: placeGradient, item: item, to: &gradient)
            judge(displacements, terms: &terms, item: item, gradient: &gradient)
        }
        let affineSize = AffineSize(affine)
        terms.affineSize = affineSize.value
        for (index, slope) in affineSize.gradient.enumerated() {
            gradient.affine[item * SamplingGrid.affineCount + index] +=
                affineGradient[index] + factor * loss.weights.affineSize * slope
        }
        return terms
    }

    /// The lungs' agreement after the affine map alone.
    private func compareLungs(
        _ moving: Span<Float>,
        _ fixed: Span<Float>,
        affine: Span<Float>,
        gradient: inout [Float]
    ) -> Float {
        let places = grid.places(affine: affine)
        let lungs = moving.extracting(shape.planeSize..<shape.count)
        let lungShape = SampledShape(channels: 2, height: shape.height, width: shape.width)
        let warped = samples(of: lungs, lungShape, at: places)
        var upstream = [Float](repeating: 0, count: 2 * planeSize)
        let dice = addDice(
            warped.span,
            fixed.extracting(planeSize..<3 * planeSize),
            factor: -factor * loss.weights.affineDice,
            to: &upstream,
            from: 0
        )
        var span = gradient.mutableSpan
        let placeGradient = placeGradient(of: lungs, lungShape, at: places, upstream: upstream)
        grid.addGradient(of: placeGradient, affine: &span)
        return dice
    }

    /// The lungs' agreement and the grey values' after the whole warp; returns the gradient by its places.
    private func compareAll(
        _ moving: Span<Float>,
        _ fixed: Span<Float>,
        places: Matrix,
        terms: inout RegistrationLoss.Terms
    ) -> Matrix {
        let warped = samples(of: moving, shape, at: places)
        var upstream = [Float](repeating: 0, count: 3 * planeSize)
        terms.dice = addDice(
            warped.span.extracting(planeSize..<3 * planeSize),
            fixed.extracting(planeSize..<3 * planeSize),
            factor: -factor,
            to: &upstream,
            from: planeSize
        )
        terms.correlation = addCorrelation(warped.span, fixed, to: &upstream)
        return placeGradient(of: moving, shape, at: places, upstream: upstream)
    }

    /// Mean Dice of both lungs (2, rows, columns); adds its gradient, times a factor, from a pixel on.
    private func addDice(
        _ warped: Span<Float>,
        _ fixed: Span<Float>,
        factor: Float,
        to upstream: inout [Float],
        from start: Int
    ) -> Float {
        var mean: Float = 0
        for lung in 0..<2 {
            let plane = lung * planeSize..<(lung + 1) * planeSize
            let (a, b) = (warped.extracting(plane), fixed.extracting(plane))
            let dice = SoftDice(a, b)
            mean += dice.value / 2
            var all = upstream.mutableSpan
            var gradient = all._mutatingExtracting(start + plane.lowerBound..<start + plane.upperBound)
            dice.addGradient(times: factor / 2, to: &gradient, a, b)
        }
        return mean
    }

    /// The grey values' correlation where lungs lie on lungs (3, rows, columns each); adds its gradient.
    private func addCorrelation(
        _ warped: Span<Float>,
        _ fixed: Span<Float>,
        to upstream: inout [Float]
    ) -> Float {
        let grey = 0..<planeSize
        let (left, right) = (planeSize..<2 * planeSize, 2 * planeSize..<3 * planeSize)
        // Each side's share of lung, whichever lung it is.
        let moved = sums(warped.extracting(left), warped.extracting(right))
        let wanted = sums(fixed.extracting(left), fixed.extracting(right))
        var mask = [Float](repeating: 0, count: planeSize)
        for index in grey { mask[index] = min(max(moved[index] * wanted[index], 0), 1) }
        let (a, b) = (warped.extracting(grey), fixed.extracting(grey))
        let correlation = MaskedCorrelation(a, b, mask: mask.span)
        var maskGradient = [Float](repeating: 0, count: planeSize)
        var maskSpan = maskGradient.mutableSpan
        var all = upstream.mutableSpan
        var imageSpan = all._mutatingExtracting(grey)
        correlation.addGradients(
            times: -factor * loss.weights.correlation,
            image: &imageSpan,
            mask: &maskSpan,
            a,
            b,
            mask: mask.span
        )
        for index in grey where (0...1).contains(moved[index] * wanted[index]) {
            let slope = maskGradient[index] * wanted[index]
            upstream[planeSize + index] += slope
            upstream[2 * planeSize + index] += slope
        }
        return correlation.value
    }

    /// What the displacements themselves cost.
    private func judge(
        _ displacements: Span<Float>,
        terms: inout RegistrationLoss.Terms,
        item: Int,
        gradient: inout WarpParameters
    ) {
        let bending = BendingEnergy(displacements, knots: grid.knots)
        let size = DisplacementSize(displacements)
        terms.bending = bending.value
        terms.displacementSize = size.value
        let start = item * grid.displacementCount
        for index in 0..<grid.displacementCount {
            gradient.displacements?[start + index] +=
                factor
                * (loss.weights.bending * bending.gradient[index]
                    + loss.weights.displacementSize * size.gradient[index])
        }
    }

    private func samples(of image: Span<Float>, _ shape: SampledShape, at places: Matrix) -> [Float] {
        var output = [Float](repeating: 0, count: shape.channels * planeSize)
        var span = output.mutableSpan
        sample(into: &span, image: image, shape: shape, border: .zeros, places: places.values.span)
        return output
    }

    private func placeGradient(
        of image: Span<Float>,
        _ shape: SampledShape,
        at places: Matrix,
        upstream: [Float]
    ) -> Matrix {
        var gradient = Matrix(rows: grid.rows, columns: 2 * grid.columns)
        var span = gradient.values.mutableSpan
        writePlaceGradient(
            into: &span,
            image: image,
            shape: shape,
            border: .zeros,
            places: places.values.span,
            upstream: upstream.span
        )
        return gradient
    }
}

private func sums(_ a: Span<Float>, _ b: Span<Float>) -> [Float] {
    let count = a.count
    precondition(b.count == count, "planes of two sizes")
    var sums = [Float](repeating: 0, count: count)
    for index in 0..<count { sums[index] = a[index] + b[index] }
    return sums
}

package import LinearAlgebra

/// The parameters of a batch of warps, or a loss's gradients by them.
package struct WarpParameters: Sendable, Equatable {
    /// (n, 6): rows of (A - I | t).
    package var affine: [Float]
    /// (n, 2, knots, knots): displacements of the control points, x before y; nil for affine warps.
    package var displacements: [Float]?

    /// Parameters of some warps.
    package init(affine: [Float], displacements: [Float]? = nil) {
        self.affine = affine
        self.displacements = displacements
    }

    /// Parameters of the identity.
    package init(identities count: Int, knots: Int? = nil) {
        affine = [Float](repeating: 0, count: SamplingGrid.affineCount * count)
        displacements = knots.map { [Float](repeating: 0, count: 2 * $0 * $0 * count) }
    }
}

extension SamplingGrid {
    /// The places of one result of a batch: (rows x 2 · columns).
    package func places(_ parameters: WarpParameters, item: Int) -> Matrix {
        let affine = parameters.affine.span.extracting(affineRange(item))
        guard let displacements = parameters.displacements else { return places(affine: affine) }
        return places(affine: affine, displacements: displacements.span.extracting(displacementRange(item)))
    }

    /// Adds one item's gradients by its parameters, from that by its places; those by displacements if there
    /// are any.
    ///
    /// - Parameters:
    ///   - placeGradient: (rows x 2 · columns).
    ///   - gradient: of all items.
    package func addGradient(of placeGradient: Matrix, item: Int, to gradient: inout WarpParameters) {
        var affine = [Float](repeating: 0, count: Self.affineCount)
        var displacements = [Float](repeating: 0, count: displacementCount)
        var affineSpan = affine.mutableSpan
        if gradient.displacements == nil {
            addGradient(of: placeGradient, affine: &affineSpan)
        } else {
            var displacementSpan = displacements.mutableSpan
            addGradient(of: placeGradient, affine: &affineSpan, displacements: &displacementSpan)
        }
        for (index, slope) in zip(affineRange(item), affine) { gradient.affine[index] += slope }
        for (index, slope) in zip(displacementRange(item), displacements) {
            gradient.displacements?[index] += slope
        }
    }

    func affineRange(_ item: Int) -> Range<Int> {
        item * Self.affineCount..<(item + 1) * Self.affineCount
    }

    func displacementRange(_ item: Int) -> Range<Int> {
        item * displacementCount..<(item + 1) * displacementCount
    }
}

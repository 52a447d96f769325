import Learning
import LinearAlgebra

/// Improves a predicted warp for its own pair by some steps of Adam on the affine map and the displacements.
package struct PairRefinement: Sendable {
    /// How many steps.
    package let stepCount: Int
    /// About how far one step moves each number; 0.02 is 1 % of the image.
    package let rate: Float
    /// Side of the images on which the loss is computed: half of what training sees costs a quarter.
    static let side = 32
    private let loss: PairLoss

    /// Steps with the loss of a training.
    package init(stepCount: Int = 10, rate: Float = 0.02, recipe: RegistrationRecipe = RegistrationRecipe()) {
        self.stepCount = stepCount
        self.rate = rate
        loss = recipe.loss(side: Self.side)
    }

    /// A slice as the loss sees it.
    func images(_ slice: RegistrationSlice) -> ComparedImages {
        ComparedImages(slice, side: Self.side, withMaps: loss.readsMaps)
    }

    /// The warps of some pairs, improved.
    ///
    /// - Parameter images: of all slices.
    func refined(
        _ warps: WarpParameters,
        of pairs: ArraySlice<PairMeasurer.Pair>,
        images: [ComparedImages]
    ) -> WarpParameters {
        var (affine, displacements): ([Float], [Float]) = ([], [])
        for (item, pair) in pairs.enumerated() {
            let start = WarpParameters(
                affine: warps.affine(of: item),
                displacements: warps.displacements(of: item)
            )
            let best = refined(start, moving: images[pair.moving], fixed: images[pair.fixed])
            affine += best.affine
            displacements += best.displacements ?? []
        }
        return WarpParameters(affine: affine, displacements: displacements)
    }

    /// The parameters with the smallest loss on the way: the last step need not be the best.
    private func refined(
        _ start: WarpParameters,
        moving: ComparedImages,
        fixed: ComparedImages
    ) -> WarpParameters {
        var (now, best, smallest) = (start, start, Float.infinity)
        var affineState = AdamWState(count: now.affine.count)
        var gridState = AdamWState(count: LocalizationNetwork.gridCount)
        for step in 0...stepCount {
            let found = loss.evaluate(moving: moving, fixed: fixed, parameters: now, factor: 1)
            if found.values[0] < smallest { (best, smallest) = (now, found.values[0]) }
            guard step < stepCount, var displacements = now.displacements else { break }
            affineState.step(&now.affine, gradients: found.gradient.affine, rate: rate, decay: 0)
            gridState.step(
                &displacements,
                gradients: found.gradient.displacements ?? [],
                rate: rate,
                decay: 0
            )
            now.displacements = displacements
        }
        return best
    }
}

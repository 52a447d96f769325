import Learning
import LinearAlgebra

/// Compares slices of a pair, again and again, in memory of its own.
struct PairComparison {
    private let grid = SamplingGrid(
        rows: RegistrationSlice.comparedSide,
        columns: RegistrationSlice.comparedSide
    )
    private var sums = SampleSums(
        height: RegistrationSlice.comparedSide,
        width: RegistrationSlice.comparedSide,
        cellSide: PairCells.cellSide
    )
    private var cells = PairCells()
    private let reference: DensityReference

    init(_ reference: DensityReference) { self.reference = reference }

    /// The measures of slices as they lie.
    func unwarped(
        _ moving: RegistrationSlice,
        _ fixed: RegistrationSlice,
        _ fixedCells: FixedCells
    ) -> PairMeasures {
        let dice = Self.identityDice(moving, fixed)
        let cosines = fixedCells.compare(moving.cells, reference)
        return PairMeasures(
            identityDice: dice,
            affineDice: dice,
            gridDice: dice,
            anisotropy: 0,
            logDeterminant: 0,
            bending: 0,
            orientation: cosines.orientation,
            density: cosines.density
        )
    }

    /// The measures after a warp of the moving slice.
    ///
    /// - Parameters:
    ///   - affine: (6), rows of (A - I | t).
    ///   - displacements: (2, knots, knots).
    mutating func measures(
        _ moving: RegistrationSlice,
        _ fixed: RegistrationSlice,
        _ fixedCells: FixedCells,
        affine: [Float],
        displacements: [Float]
    ) -> PairMeasures {
        let stretch = AffineStretch(affine)
        let affinePlaces = grid.places(affine: affine.span)
        sums.compare(moving.compared, at: affinePlaces.values.span, border: .zeros, with: fixed.compared)
        let affineDice = dice(fixed)
        // The edge goes on, else displacements over the edge would count as missing detail.
        let places = grid.places(affine: affine.span, displacements: displacements.span)
        sums.compare(moving.compared, at: places.values.span, border: .repeated, with: fixed.compared)
        cells.fill(sums.cells)
        let cosines = fixedCells.compare(cells, reference)
        return PairMeasures(
            identityDice: Self.identityDice(moving, fixed),
            affineDice: affineDice,
            gridDice: dice(fixed),
            anisotropy: stretch.anisotropy,
            logDeterminant: stretch.logDeterminant,
            bending: BendingEnergy(displacements.span, knots: grid.knots).value,
            orientation: cosines.orientation,
            density: cosines.density
        )
    }

    private static func identityDice(_ moving: RegistrationSlice, _ fixed: RegistrationSlice) -> Float {
        let plane = moving.masks.count / 2
        var products = SIMD2<Float>()
        for lung in 0..<2 {
            let range = lung * plane..<(lung + 1) * plane
            products[lung] = dotProduct(
                moving.masks.span.extracting(range),
                fixed.masks.span.extracting(range)
            )
        }
        return softDice(products, moving.maskSquares, fixed.maskSquares)
    }

    private func dice(_ fixed: RegistrationSlice) -> Float {
        let (left, right) = (RegistrationSlice.leftLane, RegistrationSlice.rightLane)
        return Self.softDice(
            SIMD2(sums.products[left], sums.products[right]),
            SIMD2(sums.squares[left], sums.squares[right]),
            fixed.maskSquares
        )
    }

    /// Mean of both lungs.
    private static func softDice(_ products: SIMD2<Float>, _ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
        let dice = (2 * products + 1) / (a + b + 1)
        return (dice[0] + dice[1]) / 2
    }
}

import Learning
import LinearAlgebra

/// Some pairs ready for a training step.
struct RegistrationBatch: Sendable {
    /// (n, 6, 64, 64): what the network sees.
    let input: [Float]
    let moving: ComparedImages
    let fixed: ComparedImages
}

/// Makes the batches of drawn pairs: slices, each with its random map.
struct BatchMaking: Sendable {
    let pool: RegistrationPool
    let withMaps: Bool
    private let grid = SamplingGrid(rows: LocalizationNetwork.side, columns: LocalizationNetwork.side)
    private let mapGrid = SamplingGrid(
        rows: RegistrationSlice.comparedSide,
        columns: RegistrationSlice.comparedSide
    )

    init(_ pool: RegistrationPool, withMaps: Bool) {
        self.pool = pool
        self.withMaps = withMaps
    }

    func batch(of pairs: ArraySlice<DrawnPair>) -> RegistrationBatch {
        let moving = planes(pairs.map { ($0.moving, $0.movingJitter) })
        let fixed = planes(pairs.map { ($0.fixed, $0.fixedJitter) })
        var input: [Float] = []
        input.reserveCapacity(moving.values.count + fixed.values.count)
        for item in pairs.indices.map({ $0 - pairs.startIndex }) {
            input += moving.values[moving.range(of: item)]
            input += fixed.values[fixed.range(of: item)]
        }
        return RegistrationBatch(
            input: input,
            moving: ComparedImages(
                planes: moving,
                maps: withMaps ? maps(pairs.map { ($0.moving, $0.movingJitter) }) : nil
            ),
            fixed: ComparedImages(
                planes: fixed,
                maps: withMaps ? maps(pairs.map { ($0.fixed, $0.fixedJitter) }) : nil
            )
        )
    }

    private func planes(_ items: [(slice: Int, jitter: [Float])]) -> ImageBatch {
        warped(items, shape: ComparedImages.planeShape, grid: grid, border: .zeros) {
            pool.slices[$0].planes
        }
    }

    private func maps(_ items: [(slice: Int, jitter: [Float])]) -> ImageBatch {
        warped(items, shape: ComparedImages.mapShape, grid: mapGrid, border: .repeated) {
            pool.slices[$0].maps
        }
    }

    private func warped(
        _ items: [(slice: Int, jitter: [Float])],
        shape: SampledShape,
        grid: SamplingGrid,
        border: SampledBorder,
        image: (Int) -> [Float]
    ) -> ImageBatch {
        var batch = ImageBatch(count: items.count, shape: shape)
        for (index, item) in items.enumerated() {
            let places = grid.places(affine: item.jitter.span)
            let range = batch.range(of: index)
            let source = image(item.slice)
            var all = batch.values.mutableSpan
            var output = all._mutatingExtracting(range)
            sample(
                into: &output,
                image: source.span,
                shape: shape,
                border: border,
                places: places.values.span
            )
        }
        return batch
    }
}

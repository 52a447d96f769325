import Learning
import LinearAlgebra
import Orientation

/// Slices as the loss compares them.
struct ComparedImages: Sendable {
    /// (n, 3, side, side), grey values blurred.
    let planes: ImageBatch
    /// (n, 8, 32, 32): orientation maps; nil where they do not count.
    let maps: ImageBatch?

    /// Takes planes as they are (n, 3, 64, 64), and maps (n, 8, 32, 32).
    init(planes: ImageBatch, maps: ImageBatch?) {
        var blurred = planes
        // As wide as the engine's loss blurs images of 64 pixels.
        let share = Float(planes.shape.width) / Float(LocalizationNetwork.side)
        GaussianBlur(sigma: RegistrationLoss.blur.sigma * share).blur(&blurred, channel: 0)
        self.planes = blurred
        self.maps = maps
    }

    /// One slice as it lies.
    ///
    /// - Parameter side: of its planes: 64 or a part of it.
    init(_ slice: RegistrationSlice, side: Int = LocalizationNetwork.side, withMaps: Bool) {
        let (full, count) = (LocalizationNetwork.side, LocalizationNetwork.planeCount)
        let plane = full * full
        let values = (0..<count).flatMap { channel in
            cellMeans(
                of: Array(slice.planes[channel * plane..<(channel + 1) * plane]),
                side: full,
                cell: full / side
            )
        }
        let shape = SampledShape(channels: count, height: side, width: side)
        self.init(
            planes: ImageBatch(count: 1, shape: shape, values: values),
            maps: withMaps ? ImageBatch(count: 1, shape: Self.mapShape, values: slice.maps) : nil
        )
    }

    /// (3, 64, 64).
    static var planeShape: SampledShape {
        let side = LocalizationNetwork.side
        return SampledShape(channels: LocalizationNetwork.planeCount, height: side, width: side)
    }

    /// (8, 32, 32).
    static var mapShape: SampledShape {
        let side = RegistrationSlice.comparedSide
        return SampledShape(channels: orientationCount, height: side, width: side)
    }
}

/// What warps are judged by, in training and when one is improved for its pair: the engine's registration
/// loss, and the disagreement of the orientation maps, which is what the detail's label measures.
struct PairLoss: Sendable {
    private let loss: RegistrationLoss
    /// What 1 - cosine of the orientation maps counts; 0: they are not looked at.
    private let orientationWeight: Float
    private let mapGrid: SamplingGrid

    /// - Parameter side: of the images.
    init(
        _ weights: RegistrationLoss.Weights,
        orientation: Float,
        side: Int = LocalizationNetwork.side
    ) {
        loss = RegistrationLoss(rows: side, columns: side, weights: weights)
        orientationWeight = orientation
        mapGrid = SamplingGrid(
            rows: RegistrationSlice.comparedSide,
            columns: RegistrationSlice.comparedSide
        )
    }

    /// Whether images need their maps.
    var readsMaps: Bool { orientationWeight > 0 }

    /// Terms, values and gradients of n pairs, see `RegistrationLoss.evaluate`.
    func evaluate(
        moving: ComparedImages,
        fixed: ComparedImages,
        parameters: WarpParameters,
        factor: Float
    ) -> (terms: [RegistrationLoss.Terms], values: [Float], gradient: WarpParameters) {
        let found = loss.evaluate(
            moving: moving.planes,
            fixed: fixed.planes,
            parameters: parameters,
            factor: factor
        )
        guard readsMaps, let maps = moving.maps, let wanted = fixed.maps else {
            return (found.terms, found.values, found.gradient)
        }
        var (values, gradient) = (found.values, found.gradient)
        for item in 0..<maps.count {
            let disagreement = addMaps(maps, wanted, parameters, item, factor: factor, to: &gradient)
            values[item] += orientationWeight * disagreement
        }
        return (found.terms, values, gradient)
    }

    /// 1 - cosine of one pair's warped maps with the fixed ones; adds the gradients.
    private func addMaps(
        _ maps: ImageBatch,
        _ wanted: ImageBatch,
        _ parameters: WarpParameters,
        _ item: Int,
        factor: Float,
        to gradient: inout WarpParameters
    ) -> Float {
        let places = mapGrid.places(parameters, item: item)
        let image = maps.values.span.extracting(maps.range(of: item))
        var warped = [Float](repeating: 0, count: maps.shape.count)
        var output = warped.mutableSpan
        sample(
            into: &output,
            image: image,
            shape: maps.shape,
            border: .repeated,
            places: places.values.span
        )
        let target = wanted.values.span.extracting(wanted.range(of: item))
        let (square, targetSquare) = (dotProduct(warped.span, warped.span), dotProduct(target, target))
        let product = dotProduct(warped.span, target)
        let length = (square * targetSquare).squareRoot()
        // Flat images have no orientations to agree about.
        guard length > RegistrationSlice.leastLength else { return 0 }
        let cosine = product / length
        var upstream = warped
        for index in upstream.indices {
            let slope = target[index] / length - cosine * warped[index] / square
            upstream[index] = -factor * orientationWeight * slope
        }
        var placeGradient = Matrix(rows: mapGrid.rows, columns: 2 * mapGrid.columns)
        var placeSpan = placeGradient.values.mutableSpan
        writePlaceGradient(
            into: &placeSpan,
            image: image,
            shape: maps.shape,
            border: .repeated,
            places: places.values.span,
            upstream: upstream.span
        )
        mapGrid.addGradient(of: placeGradient, item: item, to: &gradient)
        return 1 - cosine
    }
}

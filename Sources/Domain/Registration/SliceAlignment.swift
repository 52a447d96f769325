import Learning
import LinearAlgebra
package import Lungs

/// One slice warped onto another, to be looked at.
package struct SliceAlignment: Sendable, Equatable {
    /// Side of the planes: that of a `LungCrop`.
    package static let side = LungCrop.side
    /// (128 x 128): the moving slice's grey values where the fixed slice's pixels are, 0...1.
    package let image: [Float]
    /// (128 x 128): its lung on the left of the image, warped.
    package let left: [Float]
    /// (128 x 128): its lung on the right of the image, warped.
    package let right: [Float]
    /// How well the slices agree; their `density` says nothing, as two slices have no average but their own.
    package let measures: PairMeasures

    /// Warps a slice onto another.
    ///
    /// - Parameters:
    ///   - model: nil: the slice stays as it lies.
    ///   - refinement: nil: the model's warp as it is.
    /// - Throws: `TensorError` if the processor cannot compute the network.
    package init(
        of moving: LungCrop,
        onto fixed: LungCrop,
        model: RegistrationModel?,
        refinement: PairRefinement? = nil
    ) throws {
        let measurer = try PairMeasurer(
            model: model,
            slices: [RegistrationSlice(moving), RegistrationSlice(fixed)],
            threadCount: 1,
            refinement: refinement
        )
        let (found, warps) = try measurer.compared([(0, 1)])
        let grid = SamplingGrid(rows: Self.side, columns: Self.side)
        let places = grid.places(warps, item: 0).values
        image = Self.sampled(moving.image, at: places, border: .repeated)
        left = Self.sampled(moving.left, at: places, border: .zeros)
        right = Self.sampled(moving.right, at: places, border: .zeros)
        measures = found[0]
    }

    /// The warped slice as a crop; nil if it holds what is no number, which no warp makes of numbers.
    package var crop: LungCrop? { LungCrop(image: image, left: left, right: right) }

    private static func sampled(_ plane: [Float], at places: [Float], border: SampledBorder) -> [Float] {
        var output = [Float](repeating: 0, count: plane.count)
        var span = output.mutableSpan
        sample(
            into: &span,
            image: plane.span,
            shape: SampledShape(channels: 1, height: side, width: side),
            border: border,
            places: places.span
        )
        return output
    }
}

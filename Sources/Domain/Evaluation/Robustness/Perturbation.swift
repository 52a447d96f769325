package import LinearAlgebra
package import Tomography

/// What may happen to a slice on its way to the archive without changing what it shows.
///
/// The bounds are those of the reference implementation, window and kernel apart, which it does not have.
package enum Perturbation: String, Sendable, CaseIterable {
    /// 5 to 10 degrees either way around the middle.
    case rotation
    /// Up to 25 pixels along each axis.
    case shift
    /// Shown 0.88, 0.92, 1.08 or 1.12 times as large, the spacing in the header as before.
    case scale
    /// Normal noise of 60 HU in each pixel.
    case noise
    /// A Gaussian of 1.5 pixels, as of a soft kernel.
    case blur
    /// Rotation, shift and scale one after the other, then noise of 40 HU.
    case all
    /// An 8-bit picture without spacing in a lung window: center -650 to -500, width 1,300 to 1,600 HU.
    case window
    /// A sharp kernel: 0.7 to 1.3 times what a Gaussian of 1 pixel takes away is added.
    case kernel

    /// The single ones whose mean is reported.
    package static let singles: [Perturbation] = [.rotation, .shift, .scale, .noise, .blur]

    private static let scales = [0.88, 0.92, 1.08, 1.12]
    private static let combinedNoise: Float = 40

    /// What becomes of a slice in Hounsfield units; nil for a picture.
    ///
    /// - Parameter generator: where angle, distance, size and noise come from.
    package func applied(to slice: CTSlice, generator: inout SeededGenerator) -> CTSlice? {
        guard var plane = HounsfieldPlane(of: slice) else { return nil }
        switch self {
        case .rotation, .shift, .scale: self.move(&plane, &generator)
        case .noise: plane.addNoise(deviation: 60, &generator)
        case .blur: plane.blur(sigma: 1.5)
        case .all:
            for part in [Perturbation.rotation, .shift, .scale] { part.move(&plane, &generator) }
            plane.addNoise(deviation: Self.combinedNoise, &generator)
        case .window:
            let (center, width) = (-575 + generator.symmetric(75), 1_450 + generator.symmetric(150))
            return plane.picture(center: center, width: width)
        case .kernel: plane.sharpen(sigma: 1, amount: 1 + generator.symmetric(0.3))
        }
        return plane.slice(spacing: slice.spacing)
    }

    /// The kinds that only move what is shown; others leave the plane as it is.
    private func move(_ plane: inout HounsfieldPlane, _ generator: inout SeededGenerator) {
        let (rows, columns) = (Double(plane.rows), Double(plane.columns))
        switch self {
        case .rotation:
            let degrees = (5 + 5 * generator.unit()) * (generator.below(2) == 0 ? -1 : 1)
            plane.resample(
                .rotation(degrees: degrees, centerRow: (rows - 1) / 2, centerColumn: (columns - 1) / 2)
            )
        case .shift:
            let (down, across) = (50 * generator.unit() - 25, 50 * generator.unit() - 25)
            plane.resample(PlaneMap(row: (1, 0, -down), column: (0, 1, -across)))
        case .scale:
            let size = Self.scales[generator.below(Self.scales.count)]
            plane.resample(
                PlaneMap(
                    row: (1 / size, 0, rows / 2 - rows / 2 / size),
                    column: (0, 1 / size, columns / 2 - columns / 2 / size)
                )
            )
        case .noise, .blur, .all, .window, .kernel: break
        }
    }
}

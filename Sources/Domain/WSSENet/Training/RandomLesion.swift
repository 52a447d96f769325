private import Glibc
import Lesions
import LinearAlgebra
import Lungs

/// A lesion of random kind, size and texture, to be put at any place of a view, (3, 128, 128).
struct RandomLesion {
    private let isConsolidation: Bool
    private let radius: Float
    private let texture: LesionTexture
    private let outline: SeededGenerator

    /// Shares of solid nodules and of consolidations; the rest is ground glass, which is the hardest to see.
    private static let (solidShare, consolidationShare) = (0.2, 0.05)
    /// Radii, pixels, drawn by their logarithm.
    private static let radii: ClosedRange<Double> = 2.5...9
    private static let consolidationRadii: ClosedRange<Double> = 8...20
    /// How far ground glass moves the grey value toward soft tissue.
    private static let glass: ClosedRange<Double> = 0.15...0.4
    private static let plane = LungCrop.side * LungCrop.side

    init(_ generator: inout SeededGenerator) {
        let kind = generator.unit()
        isConsolidation = kind < Self.consolidationShare
        let isSolid = kind < Self.consolidationShare + Self.solidShare
        let range = isConsolidation ? Self.consolidationRadii : Self.radii
        let (low, high) = (log(range.lowerBound), log(range.upperBound))
        radius = Float(exp(low + generator.unit() * (high - low)))
        let span = Self.glass.upperBound - Self.glass.lowerBound
        let strength = Float(Self.glass.lowerBound + generator.unit() * span)
        texture = isSolid ? .solid : .groundGlass(strength: strength)
        outline = SeededGenerator(seed: generator.next())
    }

    /// Puts the lesion into a view.
    ///
    /// - Parameter growth: factor of the radius.
    func apply(to view: inout [Float], row: Float, column: Float, growth: Float = 1) {
        guard isConsolidation else {
            var span = view.mutableSpan
            var image = span._mutatingExtracting(0..<Self.plane)
            InsertedLesion(row: row, column: column, radius: radius * growth, texture: texture).apply(
                to: &image
            )
            return
        }
        var outline = outline
        let region = InsertedConsolidation(
            row: row,
            column: column,
            radius: radius * growth,
            generator: &outline
        )
        let lung = (0..<Self.plane).map { min(1, view[Self.plane + $0] + view[2 * Self.plane + $0]) }
        var span = view.mutableSpan
        var image = span._mutatingExtracting(0..<Self.plane)
        region.apply(to: &image, lung: lung.span)
    }

    /// The pixels of a view that are lung.
    static func lungPixels(of view: [Float]) -> [Int] {
        let span = view.span
        return Lesions.lungPixels(
            left: span.extracting(plane..<2 * plane),
            right: span.extracting(2 * plane..<3 * plane)
        )
    }
}

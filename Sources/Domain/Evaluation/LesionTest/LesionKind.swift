import Lesions
import LinearAlgebra
import Lungs

/// What is put into slices to see whether its position is found again.
package enum LesionKind: Hashable, Sendable {
    /// A nodule of soft tissue, radius in pixels of the crop.
    case solid(radius: Float)
    /// A nodule of ground glass, radius in pixels of the crop and how far it moves the grey value toward tissue.
    case groundGlass(radius: Float, strength: Float = 0.3)
    /// A dense region of irregular outline, radius in pixels of the crop.
    case consolidation(radius: Float)

    /// What is tested where nothing else is said: solid and ground glass of 3, 5 and 8 pixels, a consolidation of 12.
    package static let standard: [LesionKind] =
        [3, 5, 8].map { .solid(radius: $0) } + [3, 5, 8].map { .groundGlass(radius: $0) }
        + [.consolidation(radius: 12)]

    /// As tables show it.
    package var name: String {
        switch self {
        case .solid(let radius): "solid r\(Self.short(radius))"
        case .groundGlass(let radius, _): "glass r\(Self.short(radius))"
        case .consolidation(let radius): "consolidation r\(Self.short(radius))"
        }
    }

    /// Whether it is a nodule of soft tissue, or of ground glass.
    package var isNodule: Bool {
        if case .consolidation = self { false } else { true }
    }

    /// The crop with the lesion in it.
    ///
    /// - Parameters:
    ///   - row: center, pixels of the crop.
    ///   - column: center, pixels of the crop.
    ///   - seed: of an irregular outline.
    func inserted(into crop: LungCrop, row: Float, column: Float, seed: UInt64) -> LungCrop {
        func nodule(_ radius: Float, _ texture: LesionTexture) -> LungCrop {
            InsertedLesion(row: row, column: column, radius: radius, texture: texture).applied(to: crop)
        }
        switch self {
        case .solid(let radius): return nodule(radius, .solid)
        case .groundGlass(let radius, let strength): return nodule(radius, .groundGlass(strength: strength))
        case .consolidation(let radius):
            var generator = SeededGenerator(seed: seed)
            return InsertedConsolidation(row: row, column: column, radius: radius, generator: &generator)
                .applied(to: crop)
        }
    }

    private static func short(_ radius: Float) -> String {
        radius == radius.rounded() ? "\(Int(radius))" : "\(radius)"
    }
}

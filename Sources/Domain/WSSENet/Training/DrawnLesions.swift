private import Glibc
import Learning
import Lesions
import LinearAlgebra

/// The lesions of the density stage's batches: of each slice four rows, with a lesion, with nearly the same one, with it
/// elsewhere, and without; each a view of its own.
struct DrawnLesions: Sendable {
    /// What a row shows, in the order of the rows: all anchors, then all positives, and so on.
    enum Role: Int, CaseIterable { case anchor, positive, elsewhere, without }

    let seed: UInt64
    /// Slices of a batch.
    let count: Int

    /// Share of the anchors that have a lesion.
    private static let lesionShare = 0.8
    /// Pixels between a lesion's place and elsewhere.
    private static let apart: Float = 20
    /// Standard deviations by which a positive differs: pixels, and logarithm of the radius.
    private static let (placeDeviation, radiusDeviation): (Float, Float) = (2, 0.1)

    /// Whether an anchor of a batch has a lesion; without one it shows what its row without shows.
    ///
    /// - Parameter slice: (3, 128, 128), before any lesion.
    func hasLesion(slice: [Float], batch: Int, anchor: Int) -> Bool {
        var generator = generator(batch, anchor)
        return Self.places(slice, &generator) != nil && generator.unit() < Self.lesionShare
    }

    /// Puts the lesion of a place's row into a slice: (3, 128, 128).
    func apply(to slice: inout [Float], at place: ViewPlace) {
        guard let role = Role(rawValue: place.row / count), role != .without else { return }
        var generator = generator(place.batch, place.row % count)
        guard let places = Self.places(slice, &generator) else { return }
        let isThere = generator.unit() < Self.lesionShare
        // The row elsewhere always has a lesion: else it would be the row without.
        guard isThere || role == .elsewhere else { return }
        let center = role == .elsewhere ? places.elsewhere : places.here
        let lesion = RandomLesion(&generator)
        let (down, across, growth) = (generator.normal(), generator.normal(), generator.normal())
        let isMoved = role == .positive
        lesion.apply(
            to: &slice,
            row: Float(center.row) + (isMoved ? down * Self.placeDeviation : 0),
            column: Float(center.column) + (isMoved ? across * Self.placeDeviation : 0),
            growth: isMoved ? expf(growth * Self.radiusDeviation) : 1
        )
    }

    private static func places(_ slice: [Float], _ generator: inout SeededGenerator) -> LesionPlaces? {
        LesionPlaces(in: RandomLesion.lungPixels(of: slice), apart: apart, generator: &generator)
    }

    /// The random numbers of one anchor.
    private func generator(_ batch: Int, _ anchor: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: 1 << 62 | UInt64(batch) << 16 | UInt64(anchor))
    }
}

/// Lesions that views of the detail stage get at random, each view its own: so that the detail learns not to see them, and
/// finds the same place in a diseased lung. Where lesions lie is the density's to tell.
struct DistractingLesions: Sendable {
    let seed: UInt64
    /// Share of the views that have some.
    let share: Double

    /// Most lesions of a view.
    private static let countMaximum = 4

    /// Puts the lesions of a place's view into a slice: (3, 128, 128).
    func apply(to slice: inout [Float], at place: ViewPlace) {
        var generator = SeededGenerator(
            seed: seed,
            stream: 1 << 61 | UInt64(place.batch) << 16 | UInt64(place.row)
        )
        guard generator.unit() < share else { return }
        let pixels = RandomLesion.lungPixels(of: slice)
        guard pixels.count >= LesionPlaces.pixelMinimum else { return }
        for _ in 0...generator.below(Self.countMaximum) {
            let pixel = pixels[generator.below(pixels.count)]
            let lesion = RandomLesion(&generator)
            let (row, column) = pixel.quotientAndRemainder(dividingBy: EncoderInputs.viewShape.width)
            lesion.apply(to: &slice, row: Float(row), column: Float(column))
        }
    }
}

private import Glibc
import Learning
import Lesions
import LinearAlgebra

/// The lesions of the density stage's batches: of each anchor four rows, the anchor with a lesion, and its partner with nearly
/// the same one, with it elsewhere, and without; each a view of its own.
struct DrawnLesions: Sendable {
    /// What a row shows, in the order of the rows: all anchors, then all positives, and so on.
    enum Role: Int, CaseIterable { case anchor, positive, elsewhere, without }

    private let seed: UInt64
    /// (n): where each slice has lung.
    private let areas: [LungArea]
    /// Anchors of a batch.
    private let count: Int

    /// Share of the anchors that have a lesion.
    private static let lesionShare = 0.8
    /// Pixels between a lesion's place and elsewhere.
    private static let apart: Float = 20
    /// Standard deviations by which a positive differs: pixels, and logarithm of the radius.
    private static let (placeDeviation, radiusDeviation): (Float, Float) = (2, 0.1)

    /// - Parameters:
    ///   - areas: (n), where each slice has lung.
    ///   - count: anchors of a batch.
    init(seed: UInt64, areas: [LungArea], count: Int) {
        (self.seed, self.areas, self.count) = (seed, areas, count)
    }

    /// The row that shows a slice in some role: the other slice is the one beside which the lesion's place is lung too.
    static func row(_ role: Role, anchor: Int, partner: Int) -> BatchRow {
        role == .anchor ? BatchRow(anchor, partner) : BatchRow(partner, anchor)
    }

    /// Whether an anchor of a batch has a lesion; without one it shows what its row without shows, or its partner's.
    ///
    /// - Parameter row: any of the anchor's rows.
    func hasLesion(_ row: BatchRow, batch: Int, anchor: Int) -> Bool {
        var generator = generator(batch, anchor)
        return places(row, &generator) != nil && generator.unit() < Self.lesionShare
    }

    /// Puts the lesion of a place's row into a slice: (3, 128, 128).
    func apply(to slice: inout [Float], at place: ViewPlace, of row: BatchRow) {
        guard let role = Role(rawValue: place.row / count), role != .without else { return }
        var generator = generator(place.batch, place.row % count)
        guard let places = places(row, &generator) else { return }
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

    private func places(_ row: BatchRow, _ generator: inout SeededGenerator) -> LesionPlaces? {
        let common = areas[row.slices[0]].pixels(common: areas[row.slices[1]])
        return LesionPlaces(in: common, apart: Self.apart, generator: &generator)
    }

    /// The random numbers of one anchor.
    private func generator(_ batch: Int, _ anchor: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: 1 << 62 | UInt64(batch) << 16 | UInt64(anchor))
    }
}

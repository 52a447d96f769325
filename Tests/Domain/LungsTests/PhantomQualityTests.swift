import Phantom
import Testing
import Tomography

@testable import Lungs

/// The masks of phantom patients, whose anatomy is known exactly.
@Suite("quality on phantoms")
struct PhantomQualityTests {
    @Test("Dice and level of whole series", arguments: [UInt64(11), 12, 13])
    func phantom(seed: UInt64) throws {
        let series = PhantomSeries(
            PhantomParameters(seed: seed, sliceCount: 60, slicesAbove: 2, slicesBelow: 4)
        )
        let made = (0..<series.count).map { series.slice(at: $0) }
        let placed = try zip(made, series.heights).map {
            PlacedSlice(slice: try #require($0.slice), offsetMillimeters: $1)
        }
        let found = LungSegmenter().segment(series: placed)
        var scores: [Double] = []
        for (slice, found) in zip(made, found) {
            let truth = slice.truth
            let area = truth.lungAreaSquareCentimeters
            if !(15...25).contains(area) { #expect(found.containsLung == (area >= 20)) }
            guard area >= 20 else { continue }
            scores.append(
                dice(
                    truth.lungs.count,
                    { found.mask.label(ofSlicePixel: $0, columns: slice.size) > 0 },
                    { truth.lungs[$0] > 0 }
                )
            )
        }
        #expect(scores.reduce(0, +) / Double(scores.count) > 0.97)
        #expect(scores.min() ?? 0 > 0.9)
        let levels = sequenceLevel(zip(series.heights, found).map { ($0, $1.areaSquareCentimeters) })
        let errors = zip(levels, made).compactMap { level, slice in level.map { abs($0 - slice.truth.level) }
        }
        // The lungs' last centimeter may hold less than 5 cm²; the run ends there.
        #expect(errors.count >= 56)
        #expect(errors.reduce(0, +) / Double(errors.count) < 0.015)
        #expect(errors.max() ?? 1 < 0.03)
        // Against the same rule on the true masks only the masks are to blame.
        let truth = sequenceLevel(
            zip(series.heights, made).map { ($0, $1.truth.lungAreaSquareCentimeters) }
        )
        let differences = zip(levels, truth).compactMap { level, truth in
            level.flatMap { level in truth.map { abs(level - $0) } }
        }
        #expect(differences.count >= 56 && differences.max() ?? 1 < 0.02)
    }
}

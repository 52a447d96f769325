import Labeling
import Learning
import LinearAlgebra
import Lungs
import RealSlices
import TestKit
import Testing

/// Grades of pairs whose likeness is known: a real slice and a moved view of itself, and slices of two patients from far
/// apart in the lungs.
@Suite("Grades of known pairs", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct ViewGradeTests {
    /// Moved as far as augmentation moves; grey values as they are.
    private static let moved = ViewRecipe(rotation: 0.05, scale: 0.03, aspect: 0.04, shift: 0.025)

    @Test(
        "a slice and itself rotated, shifted and scaled are of grade 3, far levels of two patients of grade 0"
    )
    func knownPairs() throws {
        let whole = try RealSlices().slices.filter {
            $0.level != nil && $0.patient != RealSlices.partialPatient
        }
        let chosen = whole.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        var slices = MadeUpSlices()
        for (index, slice) in chosen.enumerated() {
            let (number, patient) = (UInt8(index), Array(slice.patient.utf8))
            slices.append(
                LabelingMember(
                    id: [0, number],
                    patient: patient,
                    series: Array(slice.series.utf8),
                    offsetMillimeters: slice.offset
                ),
                slice.crop
            )
            slices.append(
                LabelingMember(
                    id: [1, number],
                    patient: patient,
                    series: [1, number],
                    offsetMillimeters: nil
                ),
                try Self.view(of: slice.crop, number: index)
            )
        }
        let set = try slices.labeled(LabelingRecipe(seed: 2, source: .unwarped, testShare: 0.4))
        var (own, far): ([UInt8], [UInt8]) = ([], [])
        for pair in set.pairs {
            let (first, second) = (set.members[pair.first], set.members[pair.second])
            let (one, other) = (chosen[Int(first.id[1])], chosen[Int(second.id[1])])
            if first.id[1] == second.id[1] {
                own.append(pair.grade)
            } else if one.patient != other.patient, abs((one.level ?? 0) - (other.level ?? 0)) > 0.5 {
                far.append(pair.grade)
            }
        }
        #expect(own.count == chosen.count && far.count > 500)
        let (top, bottom) = (Self.share(of: 3, in: own), Self.share(of: 0, in: far))
        #expect(top >= 0.99, "share of grade 3 among views of one slice: \(top)")
        #expect(bottom >= 0.95, "share of grade 0 among far levels: \(bottom)")
    }

    private static func share(of grade: UInt8, in grades: [UInt8]) -> Double {
        Double(grades.count { $0 == grade }) / Double(max(1, grades.count))
    }

    private static func view(of crop: LungCrop, number: Int) throws -> LungCrop {
        let shape = SampledShape(channels: 3, height: LungCrop.side, width: LungCrop.side)
        var (planes, scratch) = ([Float](repeating: 0, count: shape.count), ViewScratch(for: shape))
        var span = planes.mutableSpan
        DrawnView(Self.moved, seed: 7, at: ViewPlace(batch: 0, row: number)).apply(
            to: (crop.image + crop.left + crop.right).span,
            shape: shape,
            into: &span,
            scratch: &scratch
        )
        let size = shape.planeSize
        return try #require(
            LungCrop(
                image: Array(planes[..<size]),
                left: Array(planes[size..<2 * size]),
                right: Array(planes[(2 * size)...])
            )
        )
    }
}

import Labeling
import LinearAlgebra
import Lungs
import RealSlices
import Registration
import TestKit
import Testing

/// What labels are worth on real CT that nobody has labeled.
@Suite("Labels of real slices", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct LabelingRealDataTests {
    private let slices: [RealSlices.Slice]
    private let members: [LabelingMember]
    private let set: LabeledDataSet

    /// Every second slice of the whole series, labeled without a warp: half of the patients train, half test.
    init() throws {
        let whole = try RealSlices().slices.filter {
            $0.level != nil && $0.patient != RealSlices.partialPatient
        }
        slices = whole.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        members = slices.enumerated().map { index, slice in
            LabelingMember(
                id: [UInt8(index)],
                patient: Array(slice.patient.utf8),
                series: Array(slice.series.utf8),
                offsetMillimeters: slice.offset
            )
        }
        var found = MadeUpSlices()
        for (member, slice) in zip(members, slices) { found.append(member, slice.crop) }
        set = try found.labeled(LabelingRecipe(seed: 2, source: .unwarped, testShare: 0.4))
    }

    private func slice(_ place: Int) -> RealSlices.Slice { slices[Int(set.members[place].id[0])] }

    /// Means over the pairs of each grade.
    private func means(
        where isCounted: (LabeledPair) -> Bool,
        _ value: (RealSlices.Slice, RealSlices.Slice) -> Double
    ) -> [Double] {
        (0...3).map { grade in
            let pairs = set.pairs.filter { Int($0.grade) == grade && isCounted($0) }
            return pairs.reduce(0) { $0 + value(slice($1.first), slice($1.second)) }
                / Double(max(1, pairs.count))
        }
    }

    // Of the few pairs of grade 3 between two such patients most are where whole series were aligned, not always better than
    // those of grade 2.
    @Test("between patients who were not trained on, similar slices are far nearer in level than others")
    func levels() {
        let means = means(
            where: { set.members[$0.first].isTest && slice($0.first).patient != slice($0.second).patient },
            { abs(($0.level ?? 0) - ($1.level ?? 0)) }
        )
        #expect(means[2...].allSatisfy { $0 < means[1] }, "mean |Δlevel| of grades 0 to 3: \(means)")
        #expect(means[1] < 0.5 * means[0])
    }

    @Test("within a series that was not trained on, higher grades are nearer in millimeters")
    func distances() {
        let means = means(
            where: { set.members[$0.first].isTest && slice($0.first).series == slice($0.second).series },
            { abs($0.offset - $1.offset) }
        )
        #expect(means == means.sorted(by: >), "mean |Δz| of grades 0 to 3: \(means)")
    }

    @Test("the mean grade of a series' slices falls with their distance")
    func monotone() {
        var sums: [Int: (grade: Double, count: Double)] = [:]
        for pair in set.pairs where slice(pair.first).series == slice(pair.second).series {
            let bin = min(4, Int(abs(slice(pair.first).offset - slice(pair.second).offset) / 30))
            sums[bin, default: (0, 0)].grade += Double(pair.grade)
            sums[bin, default: (0, 0)].count += 1
        }
        let means = (0...4).map { (sums[$0]?.grade ?? 0) / (sums[$0]?.count ?? 1) }
        #expect(means == means.sorted(by: >), "mean grade by 30 mm: \(means)")
    }
}

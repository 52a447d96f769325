import Evaluation
import RealSlices
import TestKit
import Testing

/// The baselines on real slices come out as in the reference implementation, up to other masks and other draws.
@Suite("Baselines on real slices", .enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RealDataTests {
    @Test("four patients left out one after the other: level, robustness, solid lesions")
    func fourPatients() throws {
        let all = try RealSlices().slices
        let slices = all.filter { $0.level != nil }.sorted {
            ($0.patient, $0.series, -$0.offset) < ($1.patient, $1.series, -$1.offset)
        }
        let set = EvaluationSet(
            slices.map {
                EvaluationSlice(
                    crop: $0.crop,
                    patient: $0.patient,
                    series: $0.series,
                    offsetMillimeters: $0.offset,
                    thicknessMillimeters: $0.thicknessMillimeters,
                    exam: $0.studyDate,
                    level: $0.level
                )
            },
            unleveledPatients: [RealSlices.partialPatient]
        )
        let perturbed = try PerturbedSlices(of: set, kinds: [.all], perSeries: 10, threadCount: 2) {
            try slices[$0].hounsfield()
        }
        let pictures = try RealSlices.pictures(limit: 400)
        let lesion = LesionKind.solid(radius: 5)
        let trial = DescriptorTrial(set, perturbed: perturbed, lesions: [lesion])
        var rows = [MethodFigures("HOG"), MethodFigures("random")]
        for patient in RealSlices.leftOutPatients {
            var pool = FittingPool(of: set, without: patient)
            for single in all where single.level == nil { pool.append(single.crop, patient: single.patient) }
            for picture in pictures { pool.append(picture, patient: nil) }
            let found = try trial.figures(of: [.hog(fittedTo: pool), .random()], leavingOut: patient)
            for index in rows.indices { rows[index].append(contentsOf: found[index]) }
        }
        func mean(_ row: Int, _ figure: Figure) throws -> Double { try #require(rows[row][figure]?.mean) }
        // The reference: 0.332, 0.104, 0.962 of 30 slices a series, 0.75 / 0.88; random 0.122, 0.345.
        #expect(abs(try mean(0, .levelPrecision) - 0.332) < 0.02)
        #expect(try mean(0, .levelError) < 0.115)
        #expect(try mean(0, .robustness(.all)) > 0.9)
        #expect(abs(try mean(0, .lesionAboveElsewhere(lesion)) - 0.75) < 0.06)
        #expect(abs(try mean(0, .lesionAboveNone(lesion)) - 0.88) < 0.05)
        #expect(try mean(0, .positionFirst) > 0.9)
        #expect(abs(try mean(1, .levelPrecision) - 0.122) < 0.015)
        #expect(abs(try mean(1, .levelError) - 0.345) < 0.06)
        #expect(abs(try mean(1, .lesionAboveElsewhere(lesion)) - 0.5) < 0.1)
    }
}

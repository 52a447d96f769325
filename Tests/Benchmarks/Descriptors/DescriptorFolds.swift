import Evaluation
import Lungs
import RealSlices

/// The real slices as all methods are judged by them.
struct DescriptorFolds {
    /// The slices of whole series, along the body.
    let set: EvaluationSet
    /// The same, as they were read.
    let slices: [RealSlices.Slice]
    /// Slices of no whole series.
    let singles: [RealSlices.Slice]
    /// Pictures in a lung window.
    let pictures: [LungCrop]
    private let threads: Int

    /// Pictures that methods are fitted to beside the slices.
    static let pictureCount = 400

    init(threads: Int) throws {
        let all = try RealSlices().slices
        let whole = all.filter { $0.level != nil }.sorted {
            ($0.patient, $0.series, -$0.offset) < ($1.patient, $1.series, -$1.offset)
        }
        self.slices = whole
        self.singles = all.filter { $0.level == nil }
        self.pictures = try RealSlices.pictures(limit: Self.pictureCount)
        self.threads = threads
        self.set = EvaluationSet(
            whole.map {
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
    }

    /// Thirty slices of each series, perturbed before segmentation.
    func perturbed(seed: UInt64) throws -> PerturbedSlices {
        let slices = self.slices
        return try PerturbedSlices(of: self.set, seed: seed, threadCount: self.threads) {
            try slices[$0].hounsfield()
        }
    }

    /// What methods are fitted to when one patient is left out.
    func pool(without patient: String) -> FittingPool {
        var pool = FittingPool(of: self.set, without: patient)
        for single in self.singles where single.patient != patient {
            pool.append(single.crop, patient: single.patient)
        }
        for picture in self.pictures { pool.append(picture, patient: nil) }
        return pool
    }
}

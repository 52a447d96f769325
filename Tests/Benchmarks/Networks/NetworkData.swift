import Evaluation
import Experiments
import Lungs
import Phantom
import RealSlices
import Tomography

/// What networks are judged by and learn from: the real slices, single ones, pictures and phantoms.
enum NetworkData {
    /// The partial series covers so much of the lungs.
    private static let partialLevel = 0.62
    private static let phantomSlices = 32
    private static let firstPhantom: UInt64 = 900

    /// - Parameter phantoms: synthetic patients that only networks learn from.
    static func experiment(_ folds: DescriptorFolds, phantoms: Int) throws -> ExperimentData {
        let series = folds.slices.map { slice in
            let share = slice.patient == RealSlices.partialPatient ? Self.partialLevel : 1
            return LearningMember(
                crop: slice.crop,
                patient: slice.patient,
                series: slice.series,
                offsetMillimeters: slice.offset,
                level: slice.level.map { $0 * share }
            )
        }
        let singles = folds.singles.map { LearningMember(crop: $0.crop, patient: $0.patient) }
        // Pictures have no patient: neighbors in the folder often show one.
        let pictures = folds.pictures.enumerated().map {
            LearningMember(crop: $1, patient: "picture \($0 / 4)")
        }
        var data = ExperimentData(
            set: folds.set,
            members: series + singles + pictures,
            perturbed: try folds.perturbed(seed: 3)
        )
        data.additions = (0..<phantoms).flatMap { Self.phantom($0) }
        return data
    }

    private static func phantom(_ number: Int) -> [LearningMember] {
        let series = PhantomSeries(
            .drawn(seed: firstPhantom + UInt64(number), sliceCount: phantomSlices)
        )
        return (0..<series.count).compactMap { index in
            guard let slice = series.slice(at: index).slice,
                case let lungs = LungSegmenter().segment(slice), lungs.containsLung,
                let crop = lungCrop(of: slice, segmentation: lungs)
            else { return nil }
            let height = series.heights[index]
            return LearningMember(
                crop: crop,
                patient: "phantom \(number)",
                series: "phantom \(number)",
                offsetMillimeters: height,
                level: series.patient.level(z: height)
            )
        }
    }
}

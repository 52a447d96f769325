import Evaluation
import Lungs
import Phantom
import Tomography

/// Slices of phantom patients, at the same levels, patient by patient.
enum MadeUpPhantoms {
    static let levels = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    static let names = ["p1", "p2", "p3"]

    /// As they are before segmentation.
    static let hounsfield: [CTSlice] = names.indices.flatMap { number in
        let patient = PhantomPatient(seed: UInt64(number + 1))
        return levels.compactMap { level in
            patient.slice(
                z: patient.z(level: level),
                imaging: PhantomImaging(size: 256, millimetersPerPixel: 1.64)
            ).slice
        }
    }

    /// In their canonical frames, 10 mm apart.
    static let set = EvaluationSet(
        hounsfield.enumerated().compactMap { index, slice in
            lungCrop(of: slice, segmentation: LungSegmenter().segment(slice)).map {
                EvaluationSlice(
                    crop: $0,
                    patient: names[index / levels.count],
                    series: "s",
                    offsetMillimeters: -10 * Double(index % levels.count),
                    level: levels[index % levels.count]
                )
            }
        }
    )
}

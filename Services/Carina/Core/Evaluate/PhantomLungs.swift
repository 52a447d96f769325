import Evaluation
import Experiments
import LinearAlgebra
import Lungs
import Phantom
import Synchronization

/// Made-up patients into whose slices lesions are put.
enum PhantomLungs {
    /// The shipped model has learned from phantoms of small numbers, so these are others.
    private static let firstSeed: UInt64 = 70_001
    private static let slices = 24
    private static let size = 256

    /// Slices of some phantom patients; nil without patients.
    ///
    /// - Throws: `ExperimentError` when no lungs are found.
    static func set(patients: Int, threads: Int) throws -> EvaluationSet? {
        guard patients > 0 else { return nil }
        let made = Mutex<[Int: [FoundSlice]]>([:])
        inParallel(patients, threadCount: threads) { number in
            let parameters = PhantomParameters.drawn(
                seed: self.firstSeed + UInt64(number),
                sliceCount: self.slices,
                size: self.size
            )
            let series = PhantomSeries(parameters)
            let found = series.heights.indices.compactMap { index -> FoundSlice? in
                guard let slice = series.slice(at: index).slice else { return nil }
                let lungs = LungSegmenter().segment(slice)
                return FoundSlice(
                    crop: lungs.containsLung ? lungCrop(of: slice, segmentation: lungs) : nil,
                    areaSquareCentimeters: lungs.areaSquareCentimeters,
                    patient: "phantom \(number)",
                    series: "phantom \(number)",
                    offsetMillimeters: series.heights[index]
                )
            }
            made.withLock { $0[number] = found }
        }
        let found = made.withLock { made in (0..<patients).flatMap { made[$0] ?? [] } }
        return try SliceArchive(found, kind: "phantom").set
    }
}

import Lungs
import Orientation
import Phantom
import Tomography

/// What one slice costs on one core, stage by stage: rates, for there is no peer within this program.
enum SliceBenchmark {
    static func run() {
        let series = PhantomSeries(PhantomParameters(seed: 5, sliceCount: 12))
        let slices = (2..<10).compactMap { series.slice(at: $0).slice }
        let segmenter = LungSegmenter()
        let segmentations = slices.map { segmenter.segment($0) }
        let crops = zip(slices, segmentations).compactMap { lungCrop(of: $0, segmentation: $1) }
        func report(_ stage: String, _ body: () -> Void) {
            body()
            let times = (0..<7).map { _ in Duel.microseconds(body) / Double(slices.count) / 1000 }
            let median = Duel.median(times)
            print(
                "\(stage): \(Duel.text(median)) ms a 512 × 512 slice, \(Int(1000 / median)) a second on one core"
            )
        }
        report("segmentation") { for slice in slices { _ = segmenter.segment(slice) } }
        report("canonical frame") {
            for (slice, segmentation) in zip(slices, segmentations) {
                _ = lungCrop(of: slice, segmentation: segmentation)
            }
        }
        report("orientation features") { for crop in crops { _ = hogVector(of: crop) } }
    }
}

import Experiments
import Lungs
import Phantom

/// Slices of three phantom patients, as a folder's reader would have found them.
enum MadeUpArchive {
    static let names = ["ID-4711", "ID-0815", "ID-1234"]
    static let slicesEach = 12

    static let found: [FoundSlice] = names.indices.flatMap { number in
        let series = PhantomSeries(
            .drawn(seed: UInt64(501 + number), sliceCount: slicesEach, size: 256)
        )
        return series.heights.indices.compactMap { index -> FoundSlice? in
            guard let slice = series.slice(at: index).slice else { return nil }
            let lungs = LungSegmenter().segment(slice)
            return FoundSlice(
                crop: lungs.containsLung ? lungCrop(of: slice, segmentation: lungs) : nil,
                areaSquareCentimeters: lungs.areaSquareCentimeters,
                patient: names[number],
                exam: "exam \(names[number])",
                series: "series \(names[number])",
                offsetMillimeters: series.heights[index],
                thicknessMillimeters: 3
            )
        }
    }
}

import Lungs
import Tomography

/// What was found in one slice: its lungs, and their crop in the canonical frame where there is enough lung.
struct SliceLungs: Sendable, Equatable {
    let mask: LungMask
    let areaSquareCentimeters: Double
    let containsLung: Bool
    /// Nil without enough lung.
    let crop: LungCrop?

    /// Takes what was stored.
    init(mask: LungMask, areaSquareCentimeters: Double, containsLung: Bool, crop: LungCrop?) {
        self.mask = mask
        self.areaSquareCentimeters = areaSquareCentimeters
        self.containsLung = containsLung
        self.crop = crop
    }

    /// Segments a slice and crops it: some tens of milliseconds.
    init(of slice: CTSlice) {
        let segmentation = LungSegmenter().segment(slice)
        self.init(
            mask: segmentation.mask,
            areaSquareCentimeters: segmentation.areaSquareCentimeters,
            containsLung: segmentation.containsLung,
            crop: segmentation.containsLung ? lungCrop(of: slice, segmentation: segmentation) : nil
        )
    }
}

import Lungs
import Tomography

/// What was found in one slice: its lungs, and their crop in the canonical frame where there is enough lung.
struct SliceLungs: Sendable, Equatable {
    let mask: LungMask
    let areaSquareCentimeters: Double
    let containsLung: Bool
    /// The verdict in words; empty for a mask from before it was kept.
    let reason: String
    /// What is unusual about the mask, by name.
    let flags: [String]
    /// Nil without enough lung.
    let crop: LungCrop?

    /// Takes what was stored.
    init(
        mask: LungMask,
        areaSquareCentimeters: Double,
        containsLung: Bool,
        reason: String,
        flags: [String],
        crop: LungCrop?
    ) {
        self.mask = mask
        self.areaSquareCentimeters = areaSquareCentimeters
        self.containsLung = containsLung
        self.reason = reason
        self.flags = flags
        self.crop = crop
    }

    /// Segments a slice and crops it: about a millisecond.
    init(of slice: CTSlice) { self.init(LungSegmenter().segment(slice), of: slice) }

    /// What a segmentation says of its slice, and the crop that follows from it.
    init(_ segmentation: LungSegmentation, of slice: CTSlice) {
        self.init(
            mask: segmentation.mask,
            areaSquareCentimeters: segmentation.areaSquareCentimeters,
            containsLung: segmentation.containsLung,
            reason: segmentation.reason,
            flags: segmentation.findings.flags,
            crop: segmentation.containsLung ? lungCrop(of: slice, segmentation: segmentation) : nil
        )
    }
}

extension LungFindings {
    /// As messages and reports call what is unusual about a mask.
    var flags: [String] {
        [(LungFindings.oneLungOnly, "oneLung"), (.reachesEdge, "cutOff")].compactMap {
            self.contains($0.0) ? $0.1 : nil
        }
    }
}

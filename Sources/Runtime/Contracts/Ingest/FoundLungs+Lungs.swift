package import Lungs
package import Tomography

extension FoundLungs {
    /// Finds the lungs of a slice.
    package init(in slice: CTSlice) {
        let (segmentation, crop) = LungSegmenter().find(in: slice)
        self.init(segmentation, crop)
    }

    /// What a segmentation says of its slice, with the crop that follows from it.
    package init(_ segmentation: LungSegmentation, of slice: CTSlice) {
        let crop = segmentation.containsLung ? lungCrop(of: slice, segmentation: segmentation) : nil
        self.init(segmentation, crop)
    }

    private init(_ segmentation: LungSegmentation, _ crop: LungCrop?) {
        let mask = segmentation.mask
        self.init(
            rows: UInt32(mask.rows),
            columns: UInt32(mask.columns),
            millimetersPerPixel: mask.millimetersPerPixel,
            labels: MaskRuns.encode(mask.labels),
            areaSquareCentimeters: segmentation.areaSquareCentimeters,
            containsLung: segmentation.containsLung,
            reason: segmentation.reason,
            flags: segmentation.findings.names,
            crop: crop?.bytes
        )
    }

    /// The mask; nil where the labels are none of a mask.
    package var mask: LungMask? {
        let (count, overflows) = Int(rows).multipliedReportingOverflow(by: Int(columns))
        guard !overflows, let labels = MaskRuns.decode(labels, count: count) else { return nil }
        return LungMask(
            rows: Int(rows),
            columns: Int(columns),
            labels: labels,
            millimetersPerPixel: millimetersPerPixel
        )
    }
}

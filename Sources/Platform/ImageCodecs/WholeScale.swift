private import CDCMTK

/// A scale of whole numbers, as nearly all CT has: cells become Hounsfield units many at a time.
struct WholeScale {
    private var scale = carina_dicom_scale()

    /// Nil where slope or intercept is no whole number or so large that a product would not fit 32 bits.
    init?(_ given: HounsfieldScale, isInverted: Bool) {
        let form = given.form
        guard let slope = Int32(exactly: given.slope), abs(slope) <= 1 << 14,
            let intercept = Int32(exactly: given.intercept), abs(intercept) <= 1 << 20
        else { return nil }
        // slope · (sum - stored) + intercept, where stored values run backward.
        let sum = form.range.lowerBound + form.range.upperBound
        scale.slope = isInverted ? -slope : slope
        scale.intercept = isInverted ? slope * sum + intercept : intercept
        scale.shift = Int32(form.highBit + 1 - form.bitsStored)
        scale.mask = (1 << Int32(form.bitsStored)) - 1
        scale.sign = form.isSigned ? 1 << Int32(form.bitsStored - 1) : 0
        scale.padding_cell = given.paddingRule.map { Int32($0.word) } ?? -1
        scale.padding_low = given.paddingRule?.range?.lowerBound ?? 1
        scale.padding_high = given.paddingRule?.range?.upperBound ?? 0
        // Whole numbers are below a limit exactly when they are below the next whole one.
        scale.padding_below = given.smearedPaddingBelow.map { Int32($0.rounded(.up)) } ?? .min
        scale.padding_value = Int32(HounsfieldScale.padding)
    }

    /// Converts (rows, columns) cells, and counts those that are padding.
    func convert(_ cells: [UInt16]) -> (values: [Int16], paddingCount: Int) {
        var (scale, paddingCount) = (scale, 0)
        let values = unsafe [Int16](unsafeUninitializedCapacity: cells.count) { target, count in
            // SAFETY: C reads and writes `cells.count` numbers, for which both buffers have room.
            paddingCount = unsafe cells.withUnsafeBufferPointer { source in
                unsafe carina_dicom_hounsfield(source.baseAddress, source.count, &scale, target.baseAddress)
            }
            count = cells.count
        }
        return (values, paddingCount)
    }
}

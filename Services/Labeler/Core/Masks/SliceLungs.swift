import Contracts
import Lungs
import ServiceKit

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

    /// What ingest found.
    ///
    /// - Throws: `PermanentFailure` for a mask or crop that is none.
    init(_ found: FoundLungs) throws {
        guard let mask = found.mask else { throw PermanentFailure("ingest's mask cannot be read") }
        let crop = found.crop.flatMap { LungCrop(bytes: $0) }
        guard (crop == nil) == (found.crop == nil) else {
            throw PermanentFailure("ingest's crop cannot be read")
        }
        self.init(
            mask: mask,
            areaSquareCentimeters: found.areaSquareCentimeters,
            containsLung: found.containsLung,
            reason: found.reason,
            flags: found.flags,
            crop: crop
        )
    }
}

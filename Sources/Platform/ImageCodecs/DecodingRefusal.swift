/// Why an object is not taken: an open set, for child processes and older catalogues may know other reasons.
package struct RefusalReason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The name under which it is stored and counted.
    package let rawValue: String

    /// Takes any name, known here or not.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The name of the reason.
    package var description: String { rawValue }

    /// DICOM of another modality, or no image at all.
    package static let notCT = RefusalReason(rawValue: "notCT")
    /// The overview picture of a scan.
    package static let localizer = RefusalReason(rawValue: "localizer")
    /// Coronal, sagittal or more oblique than a gantry tilts.
    package static let notAxial = RefusalReason(rawValue: "notAxial")
    /// The bytes contradict themselves or end too early.
    package static let damaged = RefusalReason(rawValue: "damaged")
    /// A format or form which nobody here decodes.
    package static let unsupported = RefusalReason(rawValue: "unsupported")
    /// Beyond one of `DecodingLimits`.
    package static let tooLarge = RefusalReason(rawValue: "tooLarge")
    /// More than one frame.
    package static let multiFrame = RefusalReason(rawValue: "multiFrame")
    /// DICOM pixels with more than one sample, or of a palette.
    package static let color = RefusalReason(rawValue: "color")
    /// Decoded, but no lung is in it. Found by whoever segments, not here.
    package static let noLung = RefusalReason(rawValue: "noLung")
    /// The decoding process took too long.
    package static let timeLimit = RefusalReason(rawValue: "timeLimit")
    /// The decoding process asked for too much memory.
    package static let memoryLimit = RefusalReason(rawValue: "memoryLimit")
    /// The decoding process died.
    package static let crashed = RefusalReason(rawValue: "crashed")
}

/// An object is not taken, and why.
///
/// `detail` is a short English text of ours or of a library; it quotes no value of the object, so it names no
/// patient.
package struct DecodingRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, for counting and for choosing what to do.
    package let reason: RefusalReason
    /// More words for a person.
    package let detail: String

    /// Makes a refusal; the caller warrants that `detail` quotes nothing of the object.
    package init(_ reason: RefusalReason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// Reason and detail.
    package var description: String { "\(reason): \(detail)" }
}

/// What a decoder had to assume; the object was taken nevertheless. An open set.
package struct DecodingWarning: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The name under which it is stored and counted.
    package let rawValue: String

    /// Takes any name, known here or not.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The name of the reason.
    package var description: String { rawValue }

    /// Rescale Slope or Intercept is absent: 1 or 0 was taken.
    package static let rescaleDefaulted = DecodingWarning(rawValue: "rescaleDefaulted")
    /// Pixel Spacing is absent or not positive.
    package static let spacingMissing = DecodingWarning(rawValue: "spacingMissing")
    /// Image Position (Patient) is absent: the level in the body is unknown.
    package static let positionMissing = DecodingWarning(rawValue: "positionMissing")
    /// Image Orientation (Patient) is absent or no pair of perpendicular directions: axial was assumed.
    package static let orientationMissing = DecodingWarning(rawValue: "orientationMissing")
    /// Modality is absent, or the SOP class is: the other one said CT.
    package static let modalityAssumed = DecodingWarning(rawValue: "modalityAssumed")
    /// MONOCHROME1 whose stored values run backward: they were inverted before rescaling.
    package static let inverted = DecodingWarning(rawValue: "inverted")
    /// The padding value would be denser than air; its pixels were taken for padding all the same.
    package static let paddingAboveAir = DecodingWarning(rawValue: "paddingAboveAir")
}

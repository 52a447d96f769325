/// How a DICOM object is encoded: its UID. An open set; these are the ones the writer can make and the tests
/// name.
package struct TransferSyntax: RawRepresentable, Hashable, Sendable {
    /// The UID.
    package let rawValue: String

    /// Takes any UID, known here or not.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Uncompressed, value representations left out: DICOM's default.
    package static let implicitLittleEndian = TransferSyntax(rawValue: "1.2.840.10008.1.2")
    /// Uncompressed; what the writer makes unless told otherwise.
    package static let explicitLittleEndian = TransferSyntax(rawValue: "1.2.840.10008.1.2.1")
    /// Explicit little endian, deflated as a whole.
    package static let deflated = TransferSyntax(rawValue: "1.2.840.10008.1.2.1.99")
    /// Uncompressed, of the old big-endian machines; retired.
    package static let explicitBigEndian = TransferSyntax(rawValue: "1.2.840.10008.1.2.2")
    /// JPEG Lossless, first-order prediction (process 14, selection value 1).
    package static let jpegLossless = TransferSyntax(rawValue: "1.2.840.10008.1.2.4.70")
    /// JPEG-LS without loss.
    package static let jpegLSLossless = TransferSyntax(rawValue: "1.2.840.10008.1.2.4.80")
    /// Run-length encoding.
    package static let runLengths = TransferSyntax(rawValue: "1.2.840.10008.1.2.5")

    /// Baseline and extended JPEG, near-lossless JPEG-LS and JPEG 2000 which is not bound to be lossless.
    static func isLossy(_ uid: String) -> Bool {
        let suffixes = ["50", "51", "81", "91"]
        return suffixes.contains { uid == "1.2.840.10008.1.2.4." + $0 }
    }
}

/// How a DICOM object is encoded: its UID. An open set; these are the ones the writer can make and the tests name.
package struct TransferSyntax: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let implicitLittleEndian = TransferSyntax(rawValue: "1.2.840.10008.1.2")
    package static let explicitLittleEndian = TransferSyntax(rawValue: "1.2.840.10008.1.2.1")
    package static let deflated = TransferSyntax(rawValue: "1.2.840.10008.1.2.1.99")
    package static let explicitBigEndian = TransferSyntax(rawValue: "1.2.840.10008.1.2.2")
    package static let jpegLossless = TransferSyntax(rawValue: "1.2.840.10008.1.2.4.70")
    package static let jpegLSLossless = TransferSyntax(rawValue: "1.2.840.10008.1.2.4.80")
    package static let runLengths = TransferSyntax(rawValue: "1.2.840.10008.1.2.5")

    /// Baseline and extended JPEG, near-lossless JPEG-LS and JPEG 2000 which is not bound to be lossless.
    static func isLossy(_ uid: String) -> Bool {
        let suffixes = ["50", "51", "81", "91"]
        return suffixes.contains { uid == "1.2.840.10008.1.2.4." + $0 }
    }
}

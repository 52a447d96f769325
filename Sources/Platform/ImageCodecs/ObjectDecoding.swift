/// Decodes a CT slice (DICOM) or a picture (JPEG, PNG), recognized by its first bytes.
///
/// DICOM gives Hounsfield units, slope × stored + intercept of that very slice; pictures give grey values,
/// colors converted to luma. Runs in the caller's thread; a decoder's crash or hang is contained by whoever
/// runs this in a child process.
///
/// - Parameter bytes: the whole object.
/// - Throws: `DecodingRefusal` with the reason.
package func decodeObject(_ bytes: [UInt8]) throws(DecodingRefusal) -> DecodedObject {
    guard bytes.count <= DecodingLimits.objectByteCountMaximum else {
        throw DecodingRefusal(.tooLarge, "object of \(bytes.count) bytes")
    }
    switch sniff(bytes) {
    case .dicom: return try decodeCTSlice(bytes)
    case .jpeg: return picture(try JPEGCodec.decode(bytes), format: .jpeg)
    case .png: return picture(try PNGCodec.decode(bytes), format: .png)
    case nil: throw DecodingRefusal(.unsupported, "neither DICOM nor JPEG nor PNG")
    }
}

private func picture(_ image: RasterImage, format: ImageFormat) -> DecodedObject {
    DecodedObject(
        rows: image.height,
        columns: image.width,
        scale: .grey8,
        values: image.luma().map { Int16($0) },
        spacing: nil,
        facts: ImageFacts(),
        identity: nil,
        transferSyntax: format.rawValue,
        isLossy: format == .jpeg,
        paddingCount: 0,
        warnings: []
    )
}

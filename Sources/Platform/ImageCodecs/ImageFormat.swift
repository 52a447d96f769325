/// The kinds of objects which `decodeObject` reads.
package enum ImageFormat: String, Sendable, CaseIterable {
    /// One DICOM object, with or without preamble.
    case dicom
    /// A JPEG picture.
    case jpeg
    /// A PNG picture.
    case png
}

/// Recognizes a format by its first bytes, never by a file's name.
///
/// DICOM is recognized by its preamble, or by a data set which starts with group 0002 or 0008 in either byte
/// order (objects stored without preamble).
///
/// - Returns: nil when the bytes are none of these formats.
package func sniff(_ bytes: [UInt8]) -> ImageFormat? {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if bytes.count >= 132, bytes[128..<132].elementsEqual("DICM".utf8) { return .dicom }
    guard bytes.count >= 16 else { return nil }
    let littleEndian = (bytes[0] == 0x02 || bytes[0] == 0x08) && bytes[1] == 0 && bytes[3] == 0
    let bigEndian = bytes[0] == 0 && bytes[1] == 0x08 && bytes[2] == 0
    return littleEndian || bigEndian ? .dicom : nil
}

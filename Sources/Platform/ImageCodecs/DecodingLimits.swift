/// Every bound of decoding. What a header claims is compared with these before anything of that size is
/// allocated.
package enum DecodingLimits {
    /// Most rows and most columns of a picture.
    package static let sideMaximum = 4_096

    /// Largest object as it comes: a CT image of 4096 by 4096 and its header.
    package static let objectByteCountMaximum = 64 << 20

    /// Largest deflated DICOM object after inflating.
    package static let inflatedByteCountMaximum = 128 << 20

    /// Largest angle between a slice's normal and the body's axis; a tilted gantry stays below it.
    package static let axialTiltDegreesMaximum = 30.0

    /// Longest text value that is read; longer ones count as absent.
    package static let textByteCountMaximum = 4_096
}

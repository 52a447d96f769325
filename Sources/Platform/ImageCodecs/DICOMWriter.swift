private import CDCMTK

/// Writes CT objects as DICOM: for phantoms and tests.
package enum DICOMWriter {
    /// Encodes a CT image as a Part 10 object.
    ///
    /// - Parameter transferSyntax: one of the statics of `TransferSyntax`.
    /// - Throws: `EncodingFailure` when DCMTK cannot encode it so.
    package static func encode(
        _ image: CTImage,
        transferSyntax: TransferSyntax = .explicitLittleEndian
    ) throws(EncodingFailure) -> [UInt8] {
        precondition(image.stored.count == image.rows * image.columns && !image.stored.isEmpty)
        let sink = try DICOMSink()
        for attribute in image.textAttributes where attribute.value != nil {
            try sink.put(attribute)
        }
        for attribute in image.wordAttributes where attribute.value != nil {
            try sink.put(attribute)
        }
        try sink.putCells(image.stored.map { UInt16(bitPattern: $0) })
        return try sink.encoded(as: transferSyntax)
    }

    /// A UID made of 128 bits (root 2.25, as the standard allows for UUIDs): the same bits, the same UID.
    package static func uid(_ high: UInt64, _ low: UInt64) -> String {
        "2.25.\(UInt128(high) << 64 | UInt128(low))"
    }
}

/// One object under construction; the only owner of its C handle.
@safe private struct DICOMSink: ~Copyable {
    private let handle: OpaquePointer

    init() throws(EncodingFailure) {
        guard let created = unsafe carina_dicom_writer_create() else {
            throw EncodingFailure("out of memory, or DCMTK's data dictionary is missing")
        }
        unsafe handle = created
    }

    deinit {
        unsafe carina_dicom_writer_close(handle)
    }

    func put(_ attribute: CTImage.TextAttribute) throws(EncodingFailure) {
        var fault = carina_dicom_fault()
        let tag = attribute.tag
        let status = unsafe carina_dicom_writer_text(
            handle,
            tag.group,
            tag.element,
            attribute.representation,
            attribute.value ?? "",
            &fault
        )
        guard status == CARINA_DICOM_OK else { throw EncodingFailure(faultText(fault)) }
    }

    func put(_ attribute: CTImage.WordAttribute) throws(EncodingFailure) {
        var fault = carina_dicom_fault()
        let tag = attribute.tag
        let status = unsafe carina_dicom_writer_word(
            handle,
            tag.group,
            tag.element,
            attribute.isSigned,
            attribute.value ?? 0,
            &fault
        )
        guard status == CARINA_DICOM_OK else { throw EncodingFailure(faultText(fault)) }
    }

    func putCells(_ cells: [UInt16]) throws(EncodingFailure) {
        var fault = carina_dicom_fault()
        // SAFETY: the buffer goes with its own count, and DCMTK copies it.
        let status = unsafe cells.withUnsafeBufferPointer { source in
            unsafe carina_dicom_writer_cells(handle, source.baseAddress, source.count, &fault)
        }
        guard status == CARINA_DICOM_OK else { throw EncodingFailure(faultText(fault)) }
    }

    func encoded(as syntax: TransferSyntax) throws(EncodingFailure) -> [UInt8] {
        var fault = carina_dicom_fault()
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = unsafe carina_dicom_writer_encode(handle, syntax.rawValue, &bytes, &count, &fault)
        defer { unsafe carina_dicom_free(bytes) }
        guard status == CARINA_DICOM_OK, let start = unsafe bytes else {
            throw EncodingFailure(faultText(fault))
        }
        // SAFETY: on success C wrote `count` bytes from `start`.
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    }
}

private import CDCMTK

/// One parsed DICOM object; the only owner of its C handle.
@safe struct DICOMReader: ~Copyable {
    private let handle: OpaquePointer
    /// Whether attributes are looked for in sequences too (enhanced objects).
    var looksIntoSequences = false

    /// Parses an object.
    ///
    /// - Throws: `DecodingRefusal`: damaged, unsupported, tooLarge or memoryLimit.
    init(
        parsing bytes: [UInt8],
        inflatedByteCountMaximum: Int = DecodingLimits.inflatedByteCountMaximum
    ) throws(DecodingRefusal) {
        var opened: OpaquePointer?
        var fault = carina_dicom_fault()
        // SAFETY: the buffer goes with its own count, and DCMTK copies what it keeps.
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe carina_dicom_open(
                source.baseAddress,
                source.count,
                inflatedByteCountMaximum,
                &opened,
                &fault
            )
        }
        try Self.check(status, fault)
        guard let opened = unsafe opened else { throw DecodingRefusal(.damaged, "no object") }
        unsafe handle = opened
    }

    deinit {
        unsafe carina_dicom_close(handle)
    }

    /// The UID of the transfer syntax.
    var transferSyntax: String {
        // SAFETY: a static, terminated string of DCMTK.
        unsafe String(cString: carina_dicom_transfer_syntax(handle))
    }

    /// Whether the attribute is there with a value, sequences included.
    func has(_ tag: DICOMTag) -> Bool {
        unsafe carina_dicom_has(handle, tag.group, tag.element, looksIntoSequences)
    }

    /// The attribute's text without padding; nil when it is absent, blank, or too long.
    ///
    /// Bytes which are no UTF-8 are read as Latin-1: each byte stays distinct.
    func text(_ tag: DICOMTag) -> String? {
        var bytes = [UInt8](repeating: 0, count: DecodingLimits.textByteCountMaximum)
        // SAFETY: C writes at most `target.count` bytes.
        let count = unsafe bytes.withUnsafeMutableBytes { target in
            unsafe carina_dicom_text(
                handle,
                tag.group,
                tag.element,
                looksIntoSequences,
                target.baseAddress?.assumingMemoryBound(to: CChar.self),
                target.count
            )
        }
        guard count > 0, count <= bytes.count else { return nil }
        let trimmed = bytes[..<count].drop { Self.isPadding($0) }
        guard let last = trimmed.lastIndex(where: { !Self.isPadding($0) }) else { return nil }
        let value = trimmed[...last]
        if let text = String(validating: value, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(value.map { Unicode.Scalar($0) }))
    }

    /// Zero, tabulator, the ends of lines and blank.
    private static func isPadding(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x00 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The values of a text attribute, split at backslashes.
    func texts(_ tag: DICOMTag) -> [String] {
        (text(tag) ?? "").split(separator: "\\", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// One finite number; nil when absent or no number.
    func number(_ tag: DICOMTag, at index: Int = 0) -> Double? {
        var value = 0.0
        let isRead = unsafe carina_dicom_number(
            handle,
            tag.group,
            tag.element,
            looksIntoSequences,
            UInt32(index),
            &value
        )
        return isRead ? value : nil
    }

    /// The first `count` numbers; nil when one of them is missing.
    func numbers(_ tag: DICOMTag, count: Int) -> [Double]? {
        let values = (0..<count).compactMap { number(tag, at: $0) }
        return values.count == count ? values : nil
    }

    /// A whole number which fits Int32; nil when absent or out of range.
    func integer(_ tag: DICOMTag) -> Int32? {
        number(tag).flatMap { Int32(exactly: $0.rounded()) }
    }

    /// The 16 bits of an attribute which may be signed or not.
    func word(_ tag: DICOMTag) -> UInt16? {
        var value: UInt16 = 0
        return unsafe carina_dicom_word(handle, tag.group, tag.element, &value) ? value : nil
    }

    /// Decodes the pixels into 16-bit cells as stored, (rows, columns).
    ///
    /// - Throws: `DecodingRefusal`: damaged, unsupported, tooLarge or memoryLimit.
    func cells(count: Int) throws(DecodingRefusal) -> [UInt16] {
        var cells = [UInt16](repeating: 0, count: count)
        var fault = carina_dicom_fault()
        // SAFETY: C compares `count` with the object's rows and columns before it writes that many cells.
        let status = unsafe cells.withUnsafeMutableBufferPointer { target in
            unsafe carina_dicom_cells(handle, target.baseAddress, target.count, &fault)
        }
        try Self.check(status, fault)
        return cells
    }

    private static func check(
        _ status: carina_dicom_status,
        _ fault: carina_dicom_fault
    ) throws(DecodingRefusal) {
        let reason: RefusalReason
        switch status {
        case CARINA_DICOM_OK: return
        case CARINA_DICOM_DAMAGED: reason = .damaged
        case CARINA_DICOM_TOO_LARGE: reason = .tooLarge
        case CARINA_DICOM_NO_MEMORY: reason = .memoryLimit
        default: reason = .unsupported
        }
        throw DecodingRefusal(reason, faultText(fault))
    }
}

import CDCMTK

/// The text which the C side left with a failure; it ends it always, and it quotes no value of the object.
func faultText(_ fault: carina_dicom_fault) -> String {
    unsafe withUnsafeBytes(of: fault.text) { raw in
        // SAFETY: the array's own bytes, read within this closure.
        unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
}

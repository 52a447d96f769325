internal import CNNG

/// The funnel through which every result code of nng becomes an error.
enum NNGFailure {
    /// Throws unless the code is zero.
    ///
    /// - Parameter operation: the name of the call, for the text.
    static func check(_ code: CInt, _ operation: StaticString) throws(MessagingError) {
        guard code != 0 else { return }
        throw error(code, operation)
    }

    /// The error of a code which is not zero.
    static func error(_ code: CInt, _ operation: StaticString) -> MessagingError {
        if code == CInt(NNG_ECONNRESET.rawValue) { return .connectionLost }
        return MessagingError(kind(of: code), "\(operation): \(text(of: code))")
    }

    private static func kind(of code: CInt) -> MessagingError.Kind {
        switch UInt32(bitPattern: code) {
        case NNG_ETIMEDOUT.rawValue: .timeout
        case NNG_ECLOSED.rawValue: .closed
        case NNG_ECANCELED.rawValue: .cancelled
        case NNG_EMSGSIZE.rawValue: .tooLarge
        case NNG_EADDRINUSE.rawValue, NNG_EADDRINVAL.rawValue, NNG_EINVAL.rawValue, NNG_EPERM.rawValue,
            NNG_ENOENT.rawValue, NNG_ECRYPTO.rawValue, NNG_EPEERAUTH.rawValue, NNG_ECONNREFUSED.rawValue:
            .refused
        default: .other
        }
    }

    private static func text(of code: CInt) -> String {
        // SAFETY: nng_strerror returns a zero-terminated text which stays: a constant, or per thread until
        // the next call, and is copied here at once.
        guard let text = unsafe nng_strerror(code) else { return "code \(code)" }
        return unsafe String(cString: text)
    }
}

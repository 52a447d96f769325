package import Logging
package import Wire

/// What a handler knows of a request besides its fields.
package struct RequestContext: Sendable {
    package let requestID: RequestID
    package let options: RequestOptions
    /// Writes records with the request's id as `trace`.
    package let logger: Logger

    /// The model whose vectors the request carries or wants.
    package var fingerprint: Fingerprint? { options.fingerprint }
}

package import Logging
package import Wire

/// What a handler knows of a request besides its fields.
package struct RequestContext: Sendable {
    /// The same for a repeated request; the trace in logs.
    package let requestID: RequestID
    /// Deadline, trace and model of the request.
    package let options: RequestOptions
    /// Writes records with the request's id as `trace`.
    package let logger: Logger

    /// The model whose vectors the request carries or wants.
    package var fingerprint: Fingerprint? { options.fingerprint }
}

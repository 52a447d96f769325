internal import Messaging
internal import Storage
internal import Wire

/// What follows from a failure of durable work.
enum FailureVerdict: Equatable, Sendable {
    /// A peer is away: try again later, without counting.
    case putOff
    /// Count it and try again.
    case count
    /// It can never succeed.
    case giveUp
    /// This process is stopping: leave the work as it is.
    case leave
}

/// Judges a failure by its type.
func verdict(on error: any Error) -> FailureVerdict {
    switch error {
    case is CancellationError: .leave
    case is PermanentFailure: .giveUp
    case let error as MessagingError:
        switch error.kind {
        case .cancelled: .leave
        case .tooLarge: .giveUp
        case .timeout, .closed, .refused, .other: .putOff
        }
    case let refusal as Refusal: refusal.isRetriable || refusal.code == .deadlineExceeded ? .putOff : .count
    default: .count
    }
}

/// An error as it may stand in a log or a table: our own errors hold no identifiers and are told in full,
/// those of the system may hold names of files, so only their type is told.
package func reason(of error: any Error) -> String {
    let isOurs =
        error is Refusal || error is MessagingError || error is StorageError || error is WireError
        || error is PermanentFailure || error is CancellationError
    let type = String(reflecting: type(of: error))
    let isForeign = ["Foundation", "NIO", "GRDB", "Swift.", "__C", "System"].contains { type.hasPrefix($0) }
    let text = isOurs || !isForeign ? "\(error)" : type
    return String(text.prefix(Limits.refusalTextBytesMaximum))
}

/// Pauses that double: `first`, twice `first`, … up to `longest`.
func pause(first: Duration, longest: Duration, failures: Int) -> Duration {
    let factor = 1 << min(max(failures - 1, 0), 20)
    return min(first * factor, longest)
}

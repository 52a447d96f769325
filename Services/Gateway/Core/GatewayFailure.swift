import LineProtocol
import Logging
import Messaging
import Wire

/// What a client is told of an error that came from inside.
enum GatewayFailure {
    static func describe(_ error: any Error, logger: Logger) -> CommandFailure {
        switch error {
        case let failure as CommandFailure: return failure
        case let gap as ShardPlan.Gap: return gap.failure
        case let refusal as Refusal: return CommandFailure(self.code(of: refusal.code), refusal.text)
        case let messaging as MessagingError:
            switch messaging.kind {
            case .timeout: return CommandFailure(.timeout, "a service did not answer in time")
            case .tooLarge: return CommandFailure(.tooBig, "a message between services is too large")
            default: return CommandFailure(.timeout, "a service cannot be reached; see STATUS")
            }
        case is CancellationError: return CommandFailure(.busy, "the gateway is shutting down")
        default:
            logger.error("command failed", metadata: ["error": "\(type(of: error))"])
            return CommandFailure(.general, "internal failure")
        }
    }

    private static func code(of code: RefusalCode) -> FailureCode {
        switch code {
        case .notFound: .notFound
        case .badArgument, .conflict: .badArgument
        case .busy: .busy
        case .loading: .loading
        case .deadlineExceeded: .timeout
        case .modelMismatch: .model
        case .tooLarge: .tooBig
        case .stale: .stale
        case .notAllowed: .notPermitted
        default: .general
        }
    }
}

package import Messaging
package import Wire

/// Asks one service, again and again with the same request id until the deadline where that may help.
///
/// A reply that reaches the caller answers this very request: its request id and kind were compared. When the call
/// throws, a changing request may or may not have taken effect; repeating the call with the same `id` is safe, because the
/// callee remembers its replies.
package struct ServiceClient: Sendable {
    /// The callee's name for logs.
    package let name: String

    private let requester: any Requester
    private let service: ServiceNumber
    private let millisecondsSince1970: @Sendable () -> UInt64

    /// Asks over this requester.
    ///
    /// - Parameters:
    ///   - service: the callee's number for common operations; `common` means whoever answers at this address.
    ///   - name: the callee's name for logs.
    ///   - millisecondsSince1970: the clock of deadlines.
    package init(
        requester: any Requester,
        service: ServiceNumber = .common,
        name: String,
        millisecondsSince1970: (@Sendable () -> UInt64)? = nil
    ) {
        self.requester = requester
        self.service = service
        self.name = name
        self.millisecondsSince1970 = millisecondsSince1970 ?? { WallClock.millisecondsNow() }
    }

    /// Asks at this address; the peer may appear later.
    ///
    /// - Throws: `MessagingError` where the address cannot be used.
    package init(
        transport: any Transport,
        address: Address,
        service: ServiceNumber = .common,
        name: String? = nil,
        receiveLimit: Int = Limits.bulkFrameBytesMaximum
    ) throws {
        let requester = try transport.requester(to: address, receiveLimit: receiveLimit)
        self.init(requester: requester, service: service, name: name ?? service.name)
    }

    /// Sends a request and waits for its reply.
    ///
    /// - Parameters:
    ///   - timeout: how long the caller waits at most, over all attempts. The callee is told, as a deadline.
    ///   - fingerprint: the model whose vectors the request carries or wants.
    ///   - traceParent: the caller's place in a trace, 25 bytes.
    ///   - id: names the request; the same for a call that is repeated after this one threw.
    /// - Throws: `Refusal` when the callee refuses, `MessagingError` when there is no reply that can be read.
    package func call<Request: WireRequest>(
        _ request: Request,
        timeout: Duration = Limits.replyWait,
        fingerprint: Fingerprint? = nil,
        traceParent: [UInt8]? = nil,
        id: RequestID = .random()
    ) async throws -> Request.Reply {
        let start = ContinuousClock.now
        let (seconds, attoseconds) = timeout.components
        let patience = UInt64(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        let options = RequestOptions(
            deadline: millisecondsSince1970() + patience,
            traceParent: traceParent,
            fingerprint: fingerprint
        )
        let frame = Frame.request(request, to: service, id: id, options: options)
        let bytes = frame.encoded()
        var schedule = RetrySchedule(timeout: timeout)
        while true {
            do {
                let wait = schedule.attemptWait(elapsed: .now - start)
                let answer = try await requester.request(bytes, timeout: wait)
                return try Self.read(answer, answering: frame)
            } catch let error where Self.mayHelpToRepeat(error) {
                guard case .pause(let pause) = schedule.afterFailure(elapsed: .now - start) else {
                    throw error
                }
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    throw MessagingError(.cancelled, "the task was cancelled")
                }
            }
        }
    }

    /// Closes the connection; calls under way end with an error.
    package func close() async {
        await requester.close()
    }

    private static func read<Reply: WireBody>(
        _ bytes: [UInt8],
        answering request: Frame
    ) throws -> Reply {
        let frame: Frame
        do {
            frame = try Frame(decoding: bytes, limit: Limits.bulkFrameBytesMaximum)
        } catch {
            // Damaged on the way: another attempt may arrive whole.
            throw MessagingError(.other, "the reply is no frame: \(error)")
        }
        do {
            // The callee could not read who asks when it answers without a request id.
            if frame.isRefusal, frame.requestID == request.requestID || frame.requestID == .none {
                throw try Refusal(bodyOf: frame)
            }
            guard frame.isReply, frame.requestID == request.requestID, frame.kind == request.kind else {
                throw MessagingError(.other, "the answer is one to another request")
            }
            guard frame.schema == Reply.schema else {
                throw MessagingError(.refused, "the reply has schema \(frame.schema), not \(Reply.schema)")
            }
            return try Reply(bodyOf: frame)
        } catch let error as WireError {
            throw MessagingError(.refused, "the reply cannot be read: \(error)")
        }
    }

    /// Whether the same request may be answered the next time.
    private static func mayHelpToRepeat(_ error: any Error) -> Bool {
        switch error {
        case let refusal as Refusal: refusal.isRetriable
        case let error as MessagingError: error.kind == .timeout || error.kind == .other
        default: false
        }
    }
}

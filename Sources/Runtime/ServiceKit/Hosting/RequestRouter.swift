internal import Logging
internal import Messaging
internal import Storage
internal import Synchronization
internal import Wire

/// Turns frames into calls and their outcomes into frames; it remembers the replies of changes.
final class RequestRouter: Sendable {
    typealias Answer = @Sendable (Frame) async throws -> Frame

    private struct Route {
        let schema: UInt8
        let answer: Answer
    }

    private struct State {
        var routes: [MessageKind: Route] = [:]
        var isDraining = false
    }

    private let service: ServiceNumber
    private let database: StateDatabase
    private let memory: ReplyMemory
    private let gate = RequestGate()
    private let clock: WallClock
    private let logger: Logger
    private let state = Mutex(State())
    private let requests: Metrics.Counter
    private let refusals: Metrics.Counter
    private let seconds: Metrics.Observations

    init(
        service: ServiceNumber,
        database: StateDatabase,
        clock: WallClock,
        logger: Logger,
        metrics: Metrics
    ) {
        self.service = service
        self.database = database
        self.clock = clock
        self.logger = logger
        memory = ReplyMemory(clock: clock)
        requests = metrics.counter(
            "carina_requests_total",
            help: "Requests which were answered or refused, by kind.",
            labels: ["kind"]
        )
        refusals = metrics.counter(
            "carina_request_refusals_total",
            help: "Requests which were refused, by kind and code.",
            labels: ["kind", "code"]
        )
        seconds = metrics.histogram(
            "carina_request_seconds",
            help: "Time from the receipt of a request to its reply, by kind.",
            labels: ["kind"]
        )
    }

    /// Schemas of all requests, for hello.
    var schemas: [UInt8] { state.withLock { Set($0.routes.values.map(\.schema)).sorted() } }

    /// Registers a request that only asks.
    func add<Request: WireRequest>(
        _ type: Request.Type,
        perform: @escaping @Sendable (Request, RequestContext) async throws -> Request.Reply
    ) {
        add(type) { [self] frame in
            let (request, context) = try read(type, frame)
            return frame.reply(try await perform(request, context))
        }
    }

    /// Registers a request that changes state: slow preparation first, then one transaction with its reply.
    func addChanging<Request: WireRequest>(
        _ type: Request.Type,
        prepare:
            @escaping @Sendable (Request, RequestContext) async throws ->
            @Sendable (Transaction) throws -> Request.Reply
    ) {
        precondition(Request.changesState, "\(Request.kind) does not say that it changes state")
        add(type) { [self] frame in
            guard frame.requestID != .none else {
                throw Refusal(.badArgument, "a change needs a request id", offset: 8)
            }
            await gate.enter(frame.requestID)
            do {
                let reply = try await change(type, frame, prepare: prepare)
                await gate.leave(frame.requestID)
                return reply
            } catch {
                await gate.leave(frame.requestID)
                throw error
            }
        }
    }

    /// From now on everything but hello and state is refused as busy.
    func drain() {
        state.withLock { $0.isDraining = true }
    }

    /// Forgets all routes, and with them what their closures hold.
    func clear() {
        state.withLock { $0.routes = [:] }
    }

    /// Answers one message. It never throws: whatever goes wrong is a refusal.
    func answer(_ bytes: [UInt8]) async -> [UInt8] {
        let start = ContinuousClock.now
        let frame: Frame
        do {
            frame = try Frame(decoding: bytes, limit: Limits.bulkFrameBytesMaximum)
        } catch {
            requests.add(1, "unreadable")
            refusals.add(1, "unreadable", "\(RefusalCode.malformed)")
            return Frame.refusal(ofUnreadable: error).encoded()
        }
        // Only kinds which we know become labels: a stranger must not fill the metrics.
        let (route, isDraining) = state.withLock { ($0.routes[canonical(frame.kind)], $0.isDraining) }
        let label = route == nil ? "unknown" : "\(frame.kind.addressed(to: service))"
        var reply: Frame
        do {
            reply = try await answer(frame, route, isDraining: isDraining)
        } catch {
            let refusal = refusal(for: error, of: frame)
            refusals.add(1, label, "\(refusal.code)")
            reply = frame.refusal(refusal)
        }
        var encoded = reply.encoded()
        if encoded.count > Limits.bulkFrameBytesMaximum {
            refusals.add(1, label, "\(RefusalCode.tooLarge)")
            encoded = frame.refusal(Refusal(.tooLarge, "the reply is larger than a frame may be")).encoded()
        }
        requests.add(1, label)
        seconds.observe((ContinuousClock.now - start).inSeconds, label)
        return encoded
    }

    private func answer(_ frame: Frame, _ route: Route?, isDraining: Bool) async throws -> Frame {
        guard !frame.isReply else { throw Refusal(.malformed, "a reply is no request", offset: 7) }
        guard let route else {
            throw Refusal(.unsupportedKind, "\(service) does not know \(frame.kind)", offset: 4)
        }
        guard frame.schema == route.schema else {
            throw Refusal(.unsupportedSchema, "\(frame.kind) is known in schema \(route.schema)", offset: 6)
        }
        // Who asks how we are is answered to the end.
        let isQuestionOfState = [0x01, 0x06].contains(frame.kind.operation.rawValue)
        guard !isDraining || isQuestionOfState else { throw Refusal(.busy, "\(service) is stopping") }
        return try await route.answer(frame)
    }

    private func add<Request: WireRequest>(_ type: Request.Type, _ answer: @escaping Answer) {
        let kind = canonical(Request.kind)
        state.withLock { state in
            precondition(state.routes[kind] == nil, "\(kind) is registered twice")
            state.routes[kind] = Route(schema: Request.schema, answer: answer)
        }
    }

    /// Common operations are registered under service 0 and asked under 0 or the callee's number.
    private func canonical(_ kind: MessageKind) -> MessageKind {
        kind.operation.isCommon && (kind.service == service || kind.service == .common)
            ? MessageKind(.common, kind.operation.rawValue) : kind
    }

    private func read<Request: WireRequest>(
        _ type: Request.Type,
        _ frame: Frame
    ) throws -> (Request, RequestContext) {
        let (request, options) = try Request.decode(bodyOf: frame)
        if let deadline = options.deadline, deadline <= clock.now() {
            throw Refusal(.deadlineExceeded, "the deadline had passed on arrival")
        }
        var logger = logger
        logger[metadataKey: "trace"] = "\(frame.requestID)"
        return (request, RequestContext(requestID: frame.requestID, options: options, logger: logger))
    }

    private func change<Request: WireRequest>(
        _ type: Request.Type,
        _ frame: Frame,
        prepare:
            @Sendable (Request, RequestContext) async throws ->
            @Sendable (Transaction) throws -> Request.Reply
    ) async throws -> Frame {
        let (id, kind, memory) = (frame.requestID, canonical(frame.kind), memory)
        if let known = try await database.read({ try memory.recall(id, of: kind, in: $0) }) {
            return Self.reply(known, to: frame)
        }
        let (request, context) = try read(type, frame)
        let commit = try await prepare(request, context)
        let reply = try await database.write { transaction in
            // The same request may have come once more while this one was prepared.
            if let known = try memory.recall(id, of: kind, in: transaction) { return known }
            let reply = ReplyMemory.Remembered(
                schema: Request.Reply.schema,
                body: try commit(transaction).body
            )
            try memory.remember(reply, to: id, of: kind, in: transaction)
            return reply
        }
        return Self.reply(reply, to: frame)
    }

    private static func reply(_ reply: ReplyMemory.Remembered, to frame: Frame) -> Frame {
        Frame(
            kind: frame.kind,
            schema: reply.schema,
            isReply: true,
            requestID: frame.requestID,
            body: reply.body
        )
    }

    /// What a caller may know of a failure; the log gets the rest.
    private func refusal(for error: any Error, of frame: Frame) -> Refusal {
        switch error {
        case let refusal as Refusal: return refusal
        case let error as WireError: return Refusal(error)
        case is CancellationError: return Refusal(.busy, "\(service) is stopping")
        case let error as MessagingError where verdict(on: error) == .putOff:
            return Refusal(.busy, "a peer of \(service) does not answer")
        default:
            logger.error(
                "a request failed",
                metadata: [
                    "trace": "\(frame.requestID)", "kind": "\(frame.kind)", "reason": "\(reason(of: error))",
                ]
            )
            return Refusal(.internalFailure, "\(service) failed; its log says why under this request's id")
        }
    }
}

internal import Contracts
internal import Storage
internal import Wire

extension ServiceHost {
    /// Registers what every service answers.
    func registerCommonOperations() {
        on(Hello.self) { [unowned self] _, _ in
            let reasons = await readinessReasons()
            return Hello.Reply(
                service: definition.number.rawValue,
                version: Release.version,
                logID: events.logID,
                headSeq: events.headSeq,
                schemas: router.schemas,
                isReady: reasons.isEmpty,
                reason: reasons.joined(separator: "; ")
            )
        }
        on(FetchEvents.self) { [unowned self] request, _ in try await fetchEvents(request) }
        on(State.self) { [unowned self] _, _ in State.Reply(entries: await stateEntries()) }
        registerJobOperations()
        on(DeadLetters.self) { [unowned self] request, _ in
            let limit = try Self.checked(limit: request.limit)
            return DeadLetters.Reply(
                letters: try await database.read { try DeadLetter.list(limit: limit, in: $0) }
            )
        }
        onChanging(RetryDeadLetters.self) { [unowned self] _, _, transaction in
            let count = try DeadLetter.retryAll(in: transaction)
            let bells = queueBells
            transaction.afterCommit { for bell in bells { bell.ring() } }
            return RetryDeadLetters.Reply(count: UInt32(clamping: count))
        }
    }

    private func registerJobOperations() {
        on(JobStatus.self) { [unowned self] request, _ in
            let jobs = jobs
            guard let job = try await database.read({ try jobs.record(request.jobID, in: $0) }) else {
                throw Refusal(.notFound, "no such job")
            }
            return JobStatus.Reply(job: job)
        }
        on(ListJobs.self) { [unowned self] request, _ in
            let (jobs, limit) = (jobs, try Self.checked(limit: request.limit))
            return ListJobs.Reply(jobs: try await database.read { try jobs.list(limit: limit, in: $0) })
        }
        onChanging(CancelJob.self) { [unowned self] request, _, transaction in
            guard let job = try jobs.cancel(request.jobID, in: transaction) else {
                throw Refusal(.notFound, "no such job")
            }
            return CancelJob.Reply(job: job)
        }
    }

    /// A piece of the log; it waits for news when asked to, while workers enough are left for others.
    private func fetchEvents(_ request: FetchEvents) async throws -> FetchEvents.Reply {
        let limit = try Self.checked(limit: request.limit)
        guard request.logID == nil || request.logID == events.logID else {
            return try await reply(events.read(after: .max, limit: 0))
        }
        let wait = min(.milliseconds(request.waitMilliseconds), Limits.eventsWaitMaximum)
        if wait > .zero, beginWaiting() {
            await events.waitForEvent(after: request.after, atMost: wait)
            endWaiting()
        }
        return try await reply(events.read(after: request.after, limit: limit))
    }

    private func reply(_ batch: EventLog.Batch) -> FetchEvents.Reply {
        FetchEvents.Reply(
            logID: batch.logID,
            headSeq: batch.headSeq,
            firstSeq: batch.firstSeq,
            events: batch.events.map {
                LoggedEvent(
                    seq: $0.seq,
                    kind: $0.kind,
                    schema: $0.schema,
                    key: $0.key,
                    timeMilliseconds: $0.timeMilliseconds,
                    body: $0.body
                )
            }
        )
    }

    private static func checked(limit: UInt32) throws -> Int {
        guard (1...Limits.pageRowsMaximum).contains(Int(limit)) else {
            throw Refusal(.badArgument, "limit is not within 1...\(Limits.pageRowsMaximum)")
        }
        return Int(limit)
    }
}

extension EventLog.Batch {
    /// A batch as it was fetched from a peer.
    init(_ reply: FetchEvents.Reply) {
        self.init(
            logID: reply.logID,
            headSeq: reply.headSeq,
            firstSeq: reply.firstSeq,
            events: reply.events.map {
                EventRecord(
                    seq: $0.seq,
                    kind: $0.kind,
                    schema: $0.schema,
                    key: $0.key,
                    timeMilliseconds: $0.timeMilliseconds,
                    body: $0.body
                )
            }
        )
    }
}

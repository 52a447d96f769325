internal import Contracts
internal import Messaging
internal import Wire

/// Tells the log's news to whoever listens, once for all commits of a moment, and the head each second.
struct Doorbells: Sendable {
    let log: EventLog
    let service: ServiceNumber
    let publisher: any Publisher
    let interval: Duration

    /// Rings until its task is cancelled, then once more for what the last commits left.
    func run() async {
        var told = log.headSeq
        var nextHeartbeat = ContinuousClock.now
        while !Task.isCancelled {
            let before = told
            await ring(after: &told)
            let now = ContinuousClock.now
            if now >= nextHeartbeat {
                let beat = Doorbell.heartbeat(of: service, logID: log.logID, headSeq: log.headSeq)
                await publisher.publish(beat.encoded())
                nextHeartbeat = now + interval
            }
            // A log that grows fast is told of in larger steps, and followers take larger bites.
            if told > before {
                let isFast = told - before >= Limits.doorbellEventsMaximum
                try? await Task.sleep(for: isFast ? Limits.doorbellPauseMaximum : Limits.doorbellPause)
            }
            await log.newsBell.wait(atMost: max(nextHeartbeat - .now, .zero))
        }
        await ring(after: &told)
    }

    /// One ring for each kind that has news: a subscriber may listen to one kind only.
    private func ring(after told: inout UInt64) async {
        for news in log.takeNews() {
            let bell = Doorbell(logID: log.logID, seq: news.seq, previousSeq: told, key: news.key)
            await publisher.publish(bell.frame(as: news.kind).encoded())
            told = max(told, news.seq)
        }
    }
}

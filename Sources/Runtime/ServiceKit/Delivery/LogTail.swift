internal import Contracts
internal import Logging
internal import Messaging
internal import Synchronization
internal import Wire

/// Where the effects of events go, with the place in the log.
protocol TailSink: Sendable {
    /// The place after the last event that took effect; nil at the very first start.
    func position() async throws -> LogPosition?
    /// The log was replaced: from now on the place is `start`.
    func restart(at start: LogPosition) async throws
    /// Lets events take effect in order. When it throws, a later call gets those which did not.
    ///
    /// - Returns: the last event which took effect.
    func apply(_ events: [EventRecord], of logID: Identifier) async throws -> UInt64
}

/// How patient a follower is.
package struct TailTiming: Sendable {
    /// Pause after the first failure; it doubles up to `pauseMaximum`.
    package var pauseMinimum = Duration.milliseconds(100)
    /// Longest pause between two attempts to reach the log.
    package var pauseMaximum = Duration.seconds(5)
    /// Without a doorbell or a heartbeat for this long it asks.
    package var silence = Duration.seconds(3)
    /// Most events of one fetch.
    package var batch = Limits.eventsMaximum
    /// Failures of one event after which it becomes a dead letter.
    package var attemptsMaximum = 5

    /// The usual patience.
    package init() {}
}

/// How a follower stands with its peer, for readiness and metrics.
final class TailStatus: Sendable {
    struct Standing: Equatable {
        var isMet = false
        var hasCaughtUp = false
        var lag: UInt64 = 0
        var position: LogPosition?
        var trouble: String?
    }

    let peerName: String
    private let standing = Mutex(Standing())

    init(peerName: String) {
        self.peerName = peerName
    }

    var current: Standing { standing.withLock { $0 } }

    func update(_ change: (inout Standing) -> Void) {
        standing.withLock { change(&$0) }
    }

    /// Why the service is not ready because of this peer; nil when it does not stand in the way.
    ///
    /// - Parameter needsEverything: whether the first catching up has to be complete.
    func reason(needsEverything: Bool) -> String? {
        let standing = current
        guard standing.isMet else { return "peer \(peerName) not met" }
        guard needsEverything && !standing.hasCaughtUp else { return nil }
        return "\(standing.lag) events of \(peerName) to catch up with"
    }
}

/// Follows one log for ever: subscribes first, then fetches; on news, a gap, a silence or a new log it fetches again.
struct LogTail: Sendable {
    let fetch: @Sendable (_ from: LogPosition?, _ limit: Int) async throws -> EventLog.Batch
    let subscribe: @Sendable () throws -> any Subscriber
    let sink: any TailSink
    let status: TailStatus
    let timing: TailTiming
    let logger: Logger

    /// Runs until its task is cancelled; failures are retried with growing pauses.
    func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let subscriber = try subscribe()
                do {
                    try await follow(subscriber) { failures = 0 }
                } catch {
                    await subscriber.close()
                    throw error
                }
                await subscriber.close()
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                let text = reason(of: error)
                let level: Logger.Level = failures == 1 && status.current.isMet ? .warning : .debug
                logger.log(
                    level: level,
                    "following was interrupted",
                    metadata: ["peer": "\(status.peerName)", "reason": "\(text)"]
                )
                status.update { $0.trouble = text }
                try? await Task.sleep(
                    for: pause(first: timing.pauseMinimum, longest: timing.pauseMaximum, failures: failures)
                )
            }
        }
    }

    private func follow(_ subscriber: any Subscriber, whenMet: () -> Void) async throws {
        var machine = TailMachine(position: try await sink.position())
        try await catchUp(&machine)
        whenMet()
        while !Task.isCancelled {
            var hearing = TailMachine.Hearing.fetch
            if let message = try await subscriber.next(timeout: timing.silence) {
                guard let frame = try? Frame(decoding: message),
                    let bell = try? Doorbell(bodyOf: frame)
                else {
                    continue  // Whatever it was, the next heartbeat tells the truth.
                }
                hearing = machine.heard(logID: bell.logID, seq: bell.seq)
            }
            note(machine)
            if hearing == .fetch { try await catchUp(&machine) }
        }
    }

    private func catchUp(_ machine: inout TailMachine) async throws {
        while !Task.isCancelled {
            let batch = try await fetch(machine.position, timing.batch)
            let isFirst = machine.position == nil
            switch try machine.fetched(batch) {
            case .restart(let start):
                if !isFirst {
                    logger.warning("a log was replaced", metadata: ["peer": "\(status.peerName)"])
                }
                try await sink.restart(at: start)
            case .apply(let events):
                note(machine)
                machine.applied(through: try await sink.apply(events, of: batch.logID))
            case .caughtUp:
                status.update { $0.hasCaughtUp = true }
                note(machine)
                return
            }
        }
    }

    private func note(_ machine: TailMachine) {
        status.update {
            $0.isMet = true
            $0.trouble = nil
            $0.lag = machine.lag
            $0.position = machine.position
        }
    }
}

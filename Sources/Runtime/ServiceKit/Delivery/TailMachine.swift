internal import Wire

/// A log which cannot be followed: its peer broke the order, or forgot events that are still needed.
struct BrokenLog: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Decides what a follower does with what it hears and fetches. It holds no clock, socket or database.
struct TailMachine: Equatable, Sendable {
    /// What to do after a doorbell or a silence.
    enum Hearing: Equatable, Sendable {
        case fetch
        case wait
    }

    /// What to do with a fetched batch.
    enum Fetching: Equatable, Sendable {
        /// Another log than the one that was followed: forget the place, then fetch from the start.
        case restart(LogPosition)
        /// Let these take effect in order; then report `applied` and fetch again.
        case apply([EventRecord])
        /// Nothing is missing.
        case caughtUp
    }

    /// The last event that took effect; nil before the first contact ever.
    private(set) var position: LogPosition?
    /// The newest event that the peer told of.
    private(set) var headSeq: UInt64

    init(position: LogPosition?) {
        self.position = position
        headSeq = position?.seq ?? 0
    }

    /// How many events are known to be missing.
    var lag: UInt64 {
        let seq = position?.seq ?? 0
        return headSeq > seq ? headSeq - seq : 0
    }

    /// A doorbell or a heartbeat came: only a log that is new or ahead needs a fetch; repeats need none.
    mutating func heard(logID: Identifier, seq: UInt64) -> Hearing {
        guard let position, position.logID == logID else { return .fetch }
        headSeq = max(headSeq, seq)
        return seq > position.seq ? .fetch : .wait
    }

    /// A batch came.
    ///
    /// - Throws: `BrokenLog` when following it would skip or reorder events.
    mutating func fetched(_ batch: EventLog.Batch) throws(BrokenLog) -> Fetching {
        headSeq = batch.headSeq
        // A head behind our place under the same id means that the peer's folder is an older copy.
        guard let position, position.logID == batch.logID, position.seq <= batch.headSeq else {
            let start = LogPosition(logID: batch.logID, seq: 0)
            self.position = start
            return .restart(start)
        }
        guard position.seq + 1 >= batch.firstSeq else {
            throw BrokenLog(
                description: "events after \(position.seq) are gone: the log starts at \(batch.firstSeq)"
            )
        }
        let news = batch.events.filter { $0.seq > position.seq }
        var expected = position.seq + 1
        for event in news {
            guard event.seq == expected else {
                throw BrokenLog(description: "event \(expected) is missing before \(event.seq)")
            }
            expected += 1
        }
        if news.isEmpty && position.seq < batch.headSeq {
            throw BrokenLog(
                description: "no event after \(position.seq), though the head is \(batch.headSeq)"
            )
        }
        return news.isEmpty ? .caughtUp : .apply(news)
    }

    /// Events up to here have taken effect.
    mutating func applied(through seq: UInt64) {
        guard let position else { return }
        self.position = LogPosition(logID: position.logID, seq: max(position.seq, seq))
    }
}

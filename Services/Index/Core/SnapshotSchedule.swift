internal import ServiceKit

/// Decides when a node writes a snapshot. It holds no clock: times are told since any start.
struct SnapshotSchedule: Equatable, Sendable {
    /// Events that must be new for a running node to write.
    let eventCount: UInt64
    /// Time from one snapshot of a running node to the next.
    let interval: Duration
    /// What the newest snapshot knows.
    private var written: LogPosition?
    private var lastBegin: Duration

    /// - Parameter now: the start counts like a snapshot: a node that reads its log is not held up at once.
    init(eventCount: UInt64, interval: Duration, now: Duration) {
        self.eventCount = eventCount
        self.interval = interval
        self.lastBegin = now
    }

    /// Whether a running node writes now.
    func isDue(_ position: LogPosition?, now: Duration) -> Bool {
        self.news(position) >= self.eventCount && now - self.lastBegin >= self.interval
    }

    /// Whether a node that stops writes: when it knows anything that the newest snapshot does not.
    func isBehind(_ position: LogPosition?) -> Bool {
        self.news(position) > 0
    }

    /// A snapshot was begun; if it fails, the next try waits as long as if it had not.
    mutating func began(now: Duration) {
        self.lastBegin = now
    }

    /// A snapshot of this position stands on the disk; nil: none does.
    mutating func stands(at position: LogPosition?) {
        self.written = position
    }

    /// Events that the newest snapshot does not know. Another log is all news, even while it is short.
    private func news(_ position: LogPosition?) -> UInt64 {
        guard let position else { return 0 }
        guard let written, written.logID == position.logID, written.seq <= position.seq else {
            return position.seq
        }
        return position.seq - written.seq
    }
}

internal import ServiceKit
internal import Storage
internal import Synchronization

/// The newest snapshot on the disk, for whoever asks: metrics are read without waiting.
final class SnapshotFacts: Sendable {
    struct Facts: Equatable, Sendable {
        let seq: UInt64
        let byteCount: Int
        let timeMilliseconds: UInt64
    }

    private let facts = Mutex<Facts?>(nil)

    /// Nil: there is none.
    var current: Facts? {
        get { self.facts.withLock { $0 } }
        set { self.facts.withLock { $0 = newValue } }
    }
}

/// What `/metrics` tells of snapshots.
struct SnapshotMetrics: Sendable {
    private let written: Metrics.Counter
    private let failures: Metrics.Counter
    private let refused: Metrics.Counter
    private let seconds: Metrics.Observations

    /// Declares what is told.
    init(_ metrics: Metrics, clock: WallClock, facts: SnapshotFacts) {
        self.written = metrics.counter("carina_index_snapshots_total", help: "Snapshots written.")
        self.failures = metrics.counter(
            "carina_index_snapshot_failures_total",
            help: "Snapshots that could not be written; the log says why."
        )
        self.refused = metrics.counter(
            "carina_index_snapshots_refused_total",
            help: "Snapshots that were not used, by reason; each is kept beside its place as .refused.",
            labels: ["reason"]
        )
        self.seconds = metrics.histogram(
            "carina_index_snapshot_seconds",
            help: "Time of writing a snapshot, in the background."
        )
        metrics.gauge(
            "carina_index_snapshot_seq",
            help: "Position in the embedder's log of the newest snapshot."
        ) {
            [([], Double(facts.current?.seq ?? 0))]
        }
        metrics.gauge("carina_index_snapshot_bytes", help: "Size of the newest snapshot.") {
            [([], Double(facts.current?.byteCount ?? 0))]
        }
        metrics.gauge(
            "carina_index_snapshot_age_seconds",
            help: "Time since the newest snapshot was taken; +Inf without one."
        ) {
            let age = facts.current.map { Double(clock.now()) / 1_000 - Double($0.timeMilliseconds) / 1_000 }
            return [([], age.map { max(0, $0) } ?? .infinity)]
        }
    }

    func noteWritten(seconds: Double) {
        self.written.add()
        self.seconds.observe(seconds)
    }

    func noteFailure() { self.failures.add() }

    func noteRefused(_ error: SnapshotError) { self.refused.add(1, error.kind.rawValue) }
}

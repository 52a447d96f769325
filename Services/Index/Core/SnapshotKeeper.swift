internal import Logging
internal import ServiceKit
internal import Snapshots
internal import Storage
internal import Synchronization

/// Reads the node's snapshot at its start, and writes it while the node runs and when it stops.
///
/// A snapshot is a convenience: whatever goes wrong with one is logged and counted, and the node goes on with
/// the log.
actor SnapshotKeeper {
    /// How often a running node looks whether a snapshot is due.
    private static let lookInterval = Duration.milliseconds(250)

    private let service: IndexService
    private let path: String
    private let clock: WallClock
    private let logger: Logger
    private let metrics: SnapshotMetrics
    /// Of the newest snapshot on the disk.
    private let facts: SnapshotFacts
    private let start = ContinuousClock.now
    private var schedule: SnapshotSchedule
    private var isWriting = false

    /// Keeps the snapshots of a node in its data folder.
    init(_ service: IndexService, host: ServiceHost) {
        let facts = SnapshotFacts()
        self.service = service
        self.path = "\(host.dataFolder)/index.snapshot"
        self.clock = host.clock
        self.logger = host.logger
        self.metrics = SnapshotMetrics(host.metrics, clock: host.clock, facts: facts)
        self.facts = facts
        self.schedule = IndexConfiguration.schedule(host.settings)
    }

    /// What `carina status` shows: the position of the newest snapshot.
    nonisolated var stateLine: String { self.facts.current.map { "\($0.seq)" } ?? "none" }

    // MARK: Reading

    /// Lets the node know what its snapshot knows, if there is one that fits.
    ///
    /// - Returns: the place in the log from which to go on; nil: from the start.
    func load() async -> LogPosition? {
        do {
            try SnapshotWriter.removeUnfinished(of: self.path)
        } catch {
            self.logger.warning("an unfinished snapshot cannot be removed", metadata: ["reason": "\(error)"])
        }
        let began = ContinuousClock.now
        do {
            let (path, shard) = (self.path, self.service.shard)
            guard let snapshot = try await offPool({ try LoadedSnapshot.read(path) }) else { return nil }
            let node = snapshot.node
            guard (Int(node.shard), Int(node.shardCount)) == (shard.shard, shard.count) else {
                let text =
                    "it is of shard \(node.shard)/\(node.shardCount), not \(shard.shard)/\(shard.count)"
                throw SnapshotError(.foreign, at: 0, text)
            }
            self.service.load(snapshot)
            let place = LogPosition(logID: node.logID, seq: node.seq)
            self.note(place, byteCount: snapshot.file.byteCount, timeMilliseconds: node.timeMilliseconds)
            self.logger.info(
                "began with a snapshot",
                metadata: [
                    "seq": "\(node.seq)", "bytes": "\(snapshot.file.byteCount)",
                    "seconds": "\((ContinuousClock.now - began).inSeconds)",
                ]
            )
            return place
        } catch {
            self.refuse(error as? SnapshotError ?? SnapshotError(.file, at: 0, "\(error)"))
            return nil
        }
    }

    /// The log is another one than the snapshot's.
    func logWasReplaced() {
        guard self.facts.current != nil else { return }
        self.refuse(SnapshotError(.foreign, at: 0, "the embedder's log is another one, or was set back"))
    }

    /// Sets the file aside, for whoever wants to know what was wrong with it.
    private func refuse(_ error: SnapshotError) {
        self.facts.current = nil
        self.schedule.stands(at: nil)
        self.metrics.noteRefused(error)
        self.logger.warning(
            "the snapshot is not used, the log is read from its start",
            metadata: ["reason": "\(error)", "kept": "\(self.path).refused"]
        )
        do {
            try DurableFile.move(self.path, to: "\(self.path).refused")
        } catch {
            self.logger.warning("the snapshot cannot be set aside", metadata: ["reason": "\(error)"])
        }
    }

    // MARK: Writing

    /// Writes whenever enough has changed, until its task is cancelled.
    func run() async throws {
        while true {
            try await Task.sleep(for: Self.lookInterval)
            if self.schedule.isDue(self.service.position, now: self.now) { await self.write() }
        }
    }

    /// Writes what the newest snapshot does not know, when the node stops.
    func finish() async {
        if self.schedule.isBehind(self.service.position) { await self.write() }
    }

    private func write() async {
        // A write that was called off may still wait for the disk; two would race for the name.
        guard !self.isWriting else { return }
        self.isWriting = true
        defer { self.isWriting = false }
        self.schedule.began(now: self.now)
        let began = ContinuousClock.now
        let call = Call()
        do {
            let (service, path, time) = (self.service, self.path, self.clock.now())
            let written = try await withTaskCancellationHandler {
                try await offPool { () -> (place: LogPosition, byteCount: Int)? in
                    guard let contents = service.contents() else { return nil }
                    let byteCount = try contents.write(
                        to: path,
                        timeMilliseconds: time,
                        release: Release.version,
                        // A log that was replaced meanwhile makes the snapshot worthless.
                        isCalledOff: { call.isOff || service.position?.logID != contents.logID }
                    )
                    return (LogPosition(logID: contents.logID, seq: contents.seq), byteCount)
                }
            } onCancel: {
                call.off()
            }
            guard let written else { return }
            self.note(written.place, byteCount: written.byteCount, timeMilliseconds: time)
            let seconds = (ContinuousClock.now - began).inSeconds
            self.metrics.noteWritten(seconds: seconds)
            self.logger.info(
                "wrote a snapshot",
                metadata: [
                    "seq": "\(written.place.seq)", "bytes": "\(written.byteCount)", "seconds": "\(seconds)",
                ]
            )
        } catch is CancellationError {
            self.logger.debug("a snapshot was called off")
        } catch {
            self.metrics.noteFailure()
            self.logger.error("a snapshot cannot be written", metadata: ["reason": "\(error)"])
        }
    }

    private var now: Duration { ContinuousClock.now - self.start }

    private func note(_ place: LogPosition, byteCount: Int, timeMilliseconds: UInt64) {
        self.schedule.stands(at: place)
        self.facts.current = .init(
            seq: place.seq,
            byteCount: byteCount,
            timeMilliseconds: timeMilliseconds
        )
    }

    /// Tells the thread that writes that nobody wants it anymore.
    private final class Call: Sendable {
        private let flag = Atomic(false)
        var isOff: Bool { self.flag.load(ordering: .relaxed) }
        func off() { self.flag.store(true, ordering: .relaxed) }
    }
}

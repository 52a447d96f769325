import Synchronization
import Wire

/// Whether ingest's log has taken effect here as far as it went when the generation being built was first looked at.
final class CatchUp: Sendable {
    /// A log that does not move for so long has nothing more to tell, be it that its last event was set aside.
    static let stallTime = Duration.seconds(30)

    private struct Standing {
        let fingerprint: Fingerprint
        /// How far the log went then.
        let head: UInt64
        var place: UInt64
        var changed: ContinuousClock.Instant
    }

    private let standing = Mutex<Standing?>(nil)

    /// Whether `note` was called for this generation.
    func knows(_ fingerprint: Fingerprint) -> Bool {
        self.standing.withLock { $0?.fingerprint == fingerprint }
    }

    func note(head: UInt64, for fingerprint: Fingerprint) {
        self.standing.withLock {
            $0 = Standing(fingerprint: fingerprint, head: head, place: 0, changed: .now)
        }
    }

    /// - Parameter place: how far the log has taken effect by now.
    func isReached(at place: UInt64) -> Bool {
        self.standing.withLock { standing in
            guard var known = standing else { return true }
            if known.place != place { (known.place, known.changed) = (place, .now) }
            standing = known
            return place >= known.head || known.changed.duration(to: .now) > Self.stallTime
        }
    }

    /// Another log counts anew.
    func forget() { self.standing.withLock { $0 = nil } }
}

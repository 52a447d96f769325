import Contracts
import Storage
import Synchronization

/// The lungs of the slices that came in last, by the digest of their pixels. Who follows ingest's log asks for them at
/// once: they were found when the slice was checked, and need not be found again from its pixels.
final class RecentLungs: Sendable {
    private struct State {
        var lungs: [Digest: FoundLungs] = [:]
        /// The digests in the order in which they came, from `first` on.
        var order: [Digest] = []
        var first = 0
    }

    private let maximum: Int
    private let state = Mutex(State())

    /// - Parameter maximum: how many are kept, about 45 kB each.
    init(maximum: Int) {
        self.maximum = maximum
    }

    subscript(pixels: Digest) -> FoundLungs? {
        self.state.withLock { $0.lungs[pixels] }
    }

    /// Keeps what was found; the oldest goes when there is no room.
    func keep(_ lungs: FoundLungs, of pixels: Digest) {
        guard self.maximum > 0 else { return }
        self.state.withLock { state in
            guard state.lungs.updateValue(lungs, forKey: pixels) == nil else { return }
            state.order.append(pixels)
            // What was forgotten keeps its place in the order: that has a bound too.
            while state.order.count - state.first > self.maximum {
                state.lungs[state.order[state.first]] = nil
                state.first += 1
            }
            if state.first > self.maximum {
                state.order.removeFirst(state.first)
                state.first = 0
            }
        }
    }

    /// Forgets the lungs of pixels that are gone.
    func forget(_ pixels: Digest) {
        self.state.withLock { $0.lungs[pixels] = nil }
    }
}

internal import Synchronization

/// What share of the items searches had to look at, on the average of the last ones: what the index is arranged by, and
/// what predicts the next search.
final class PruningRecord: Sendable {
    /// The share, and how many searches it rests on, up to `memory`.
    private let state = Mutex((share: 0.0, searches: 0))

    /// The newest search counts one in so many.
    private static let memory = 32

    func note(candidates: Int, of count: Int) {
        guard count > 0 else { return }
        let share = Double(candidates) / Double(count)
        self.state.withLock { state in
            state.searches = min(state.searches + 1, Self.memory)
            state.share += (share - state.share) / Double(state.searches)
        }
    }

    /// Nil before anything was searched.
    var share: Double? { self.state.withLock { $0.searches == 0 ? nil : $0.share } }
}

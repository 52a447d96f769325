internal import Neighbors
internal import ServiceKit
internal import Synchronization

/// Lets queries that come at the same time be answered together where that is cheaper: when nothing can be pruned, one
/// pass over the vectors serves them all.
///
/// Whoever comes first answers for those who came meanwhile; nobody waits for company.
final class SearchCompany: Sendable {
    private struct Guest {
        let view: NeighborView
        let seq: UInt64
        let query: NeighborQuery
        let continuation: CheckedContinuation<Result<NeighborAnswer, NeighborError>, Never>
    }

    private struct State {
        var waiting: [Guest] = []
        var isServing = false
    }

    private let state = Mutex(State())

    /// The answer of `view.search(query)`.
    ///
    /// - Parameter seq: the position that the view knows; only queries of one position are answered together.
    /// - Throws: `NeighborError` for a query that has no answer.
    func search(_ query: NeighborQuery, in view: NeighborView, seq: UInt64) async throws(NeighborError)
        -> NeighborAnswer
    {
        guard view.profitsFromCompany else { return try view.search(query) }
        let result = await withCheckedContinuation { continuation in
            let guest = Guest(view: view, seq: seq, query: query, continuation: continuation)
            let isFirst = self.state.withLock { state in
                state.waiting.append(guest)
                defer { state.isServing = true }
                return !state.isServing
            }
            // A pass takes long: it keeps no thread of the pool from other requests.
            if isFirst { Task { try? await offPool { self.serve() } } }
        }
        return try result.get()
    }

    private func serve() {
        while let guests = self.next() {
            let answers = guests[0].view.search(together: guests.map(\.query))
            for (guest, answer) in zip(guests, answers) { guest.continuation.resume(returning: answer) }
        }
    }

    /// Those who wait and know the same position as the first; nil, and nobody serves any more, if there is none.
    private func next() -> [Guest]? {
        self.state.withLock { state in
            guard let first = state.waiting.first else {
                state.isServing = false
                return nil
            }
            var guests: [Guest] = []
            state.waiting.removeAll { guest in
                guard guests.count < CostModel.companyMaximum, guest.seq == first.seq,
                    guest.view.isSameState(as: first.view)
                else { return false }
                guests.append(guest)
                return true
            }
            return guests
        }
    }
}

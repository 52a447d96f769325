import Foundation
import Neighbors

/// How fast items go in while others search, and what the searches notice of it.
///
/// As in the index service: the writer applies a batch, then publishes the view; searches take the view that
/// is published and run outside of any lock.
struct InsertTimes: Encodable {
    /// The rate that is asked of the writer at first.
    static let pacedPerSecondWanted = 20_000.0
    private static let batch = 100
    private static let quietSeconds = 2.0

    /// Of searches with nothing beside them.
    private(set) var quiet = Latencies([])
    /// Of searches beside a writer that keeps to its rate.
    private(set) var paced = Latencies([])
    /// Of searches beside a writer as fast as it can be.
    private(set) var peak = Latencies([])
    /// Items a second that the first writer managed.
    private(set) var pacedPerSecond = 0.0
    /// Items a second of the second writer.
    private(set) var peakPerSecond = 0.0

    /// Times of searches.
    struct Latencies: Encodable {
        /// Number of searches.
        let count: Int
        /// Half are faster.
        let medianMilliseconds: Double
        /// One of a hundred is slower.
        let p99Milliseconds: Double

        init(_ milliseconds: [Double]) {
            let sorted = milliseconds.sorted()
            self.count = sorted.count
            self.medianMilliseconds = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
            self.p99Milliseconds = sorted.isEmpty ? 0 : sorted[sorted.count * 99 / 100]
        }
    }

    /// Inserts the first 40 % at the wanted rate and the rest as fast as possible.
    init(
        inserting items: [NeighborItem],
        into index: inout NeighborIndex,
        searching queries: [NeighborQuery]
    ) throws {
        let end = ContinuousClock.now + .seconds(Self.quietSeconds)
        self.quiet = try Self.searches(
            queries,
            // Held by the closure alone: a view that lived on would make the writer copy what it changes.
            view: { [view = index.view] in view },
            until: { ContinuousClock.now >= end }
        )
        let cut = items.count * 2 / 5
        (self.paced, self.pacedPerSecond) = try Self.searches(
            queries,
            inserting: Array(items[..<cut]),
            into: &index,
            perSecond: Self.pacedPerSecondWanted
        )
        (self.peak, self.peakPerSecond) = try Self.searches(
            queries,
            inserting: Array(items[cut...]),
            into: &index,
            perSecond: .infinity
        )
    }

    private static func searches(
        _ queries: [NeighborQuery],
        inserting items: [NeighborItem],
        into index: inout NeighborIndex,
        perSecond: Double
    ) throws -> (Latencies, Double) {
        let writer = IndexWriter(consume index, items: items, batch: Self.batch, perSecond: perSecond)
        // The writer has the only copy now, so that it changes the index in place.
        index = NeighborIndex(parts: [1])
        Thread.detachNewThread { writer.run() }
        let latencies = try Self.searches(queries, view: { writer.view }, until: { writer.isDone })
        index = writer.take()
        return (latencies, Double(items.count) / writer.seconds)
    }

    private static func searches(
        _ queries: [NeighborQuery],
        view: () -> NeighborView,
        until isOver: () -> Bool
    ) throws -> Latencies {
        var milliseconds: [Double] = []
        while !isOver() {
            let start = ContinuousClock.now
            _ = try view().search(queries[milliseconds.count % queries.count])
            milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        return Latencies(milliseconds)
    }
}

import Foundation
import Neighbors
import Synchronization

/// Inserts items batch after batch, in the thread that runs it.
final class IndexWriter: Sendable {
    private let index: Mutex<NeighborIndex>
    private let published: Mutex<NeighborView>
    private let finished = Mutex<Double?>(nil)
    private let items: [NeighborItem]
    private let batch: Int
    private let perSecond: Double

    /// Makes a writer that keeps to a rate; infinite: as fast as it can.
    init(_ index: consuming NeighborIndex, items: [NeighborItem], batch: Int, perSecond: Double) {
        self.published = Mutex(index.view)
        self.index = Mutex(index)
        self.items = items
        self.batch = batch
        self.perSecond = perSecond
    }

    /// What a search sees now.
    var view: NeighborView { self.published.withLock { $0 } }

    /// Whether everything is inserted.
    var isDone: Bool { self.finished.withLock { $0 != nil } }

    /// How long it took; zero before the end.
    var seconds: Double { self.finished.withLock { $0 ?? 0 } }

    /// The index; the writer has an empty one afterwards.
    func take() -> NeighborIndex {
        self.index.withLock { index in
            let taken = index
            index = NeighborIndex(parts: [1])
            return taken
        }
    }

    /// Inserts everything.
    func run() {
        let start = ContinuousClock.now
        for first in stride(from: 0, to: self.items.count, by: self.batch) {
            let due = start + .seconds(Double(first) / self.perSecond)
            let wait = (due - ContinuousClock.now) / .seconds(1)
            if wait > 0 { Thread.sleep(forTimeInterval: wait) }
            let view = self.index.withLock { index in
                for item in self.items[first..<min(first + self.batch, self.items.count)] {
                    do {
                        try index.insert(item)
                    } catch {
                        preconditionFailure("a vector that cannot be compared: \(error)")
                    }
                }
                return index.view
            }
            self.published.withLock { $0 = view }
        }
        self.finished.withLock { $0 = (ContinuousClock.now - start) / .seconds(1) }
    }
}

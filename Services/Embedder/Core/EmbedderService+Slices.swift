import Contracts
import ServiceKit
import Storage
import WSSENet
import Wire

/// Embedding stored slices.
extension EmbedderService {
    /// Most slices that are fetched, embedded and committed together.
    static let batch = 16

    /// Embeds some stored slices; each embedding and its event are committed with the end of its work.
    func embed(_ items: [WorkItem]) async throws -> [@Sendable (Transaction) throws -> Void] {
        let start = ContinuousClock.now
        let tasks = try await self.openTasks(items.map { try EmbeddingTask(bytes: $0.payload) })
        let known = tasks.compactMap { $0 }
        guard !known.isEmpty else { return items.map { _ in { _ in } } }
        let lungs = try await self.ingest.call(FetchLungs(sliceIDs: known.map(\.metadata.sliceID))).lungs
        guard lungs.count == known.count else {
            throw PermanentFailure("ingest answered for other slices than it was asked for")
        }
        let fetched = self.metrics.stages.note("fetch", since: start, count: known.count)
        let results = try await offPool {
            try zip(known, lungs).map { task, found in
                try found.map { try SliceEmbedding.embed($0, with: task.embedder) }
            }
        }
        let embedded = self.metrics.stages.note("embed", since: fetched, count: known.count)
        var found = zip(known, results).makeIterator()
        return tasks.map { task in
            // Removed or retired in the meantime, or removed at ingest (the event that says so is on its way): nothing to
            // do any more.
            guard task != nil, let (task, result) = found.next(), let result else { return { _ in } }
            return { transaction in
                try self.commit(result, of: task.metadata, generation: task.generation, in: transaction)
                transaction.afterCommit { self.metrics.stages.note("commit", since: embedded) }
            }
        }
    }

    /// What is needed to embed a slice with a model.
    private struct OpenTask: Sendable {
        let metadata: SliceMetadata
        let generation: Generation
        let embedder: SliceEmbedder
    }

    /// The tasks with what they need; nil for one whose slice or generation is gone.
    private func openTasks(_ tasks: [EmbeddingTask]) async throws -> [OpenTask?] {
        let known = try await self.database.read { transaction in
            try tasks.map { task in
                (
                    try EmbedderStore.metadata(task.sliceID, in: transaction),
                    try EmbedderStore.generation(task.fingerprint, in: transaction)
                )
            }
        }
        var open: [OpenTask?] = []
        for (metadata, generation) in known {
            guard let metadata, let generation, generation.isKept else {
                open.append(nil)
                continue
            }
            guard let embedder = try await self.embedder(generation.fingerprint) else {
                throw PermanentFailure("the model of this generation is missing")
            }
            open.append(OpenTask(metadata: metadata, generation: generation, embedder: embedder))
        }
        return open
    }
}

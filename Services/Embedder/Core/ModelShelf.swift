import ServiceKit
import Synchronization
import WSSENet
import Wire

/// The models in memory, ready to compute with: each is read from the database and compiled once.
final class ModelShelf: Sendable {
    private let threadCount: Int
    private let embedders = Mutex<[Fingerprint: Task<SliceEmbedder?, any Error>]>([:])

    /// - Parameter threadCount: slices that a model computes beside one another.
    init(threadCount: Int) { self.threadCount = threadCount }

    /// The model, from memory or made of the bytes that `load` brings; whoever asks meanwhile waits for the same.
    ///
    /// - Throws: `ModelFileError` where the bytes are no model of ours.
    func embedder(
        _ fingerprint: Fingerprint,
        load: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws -> SliceEmbedder? {
        let making = self.embedders.withLock { embedders in
            if let making = embedders[fingerprint] { return making }
            let making = Task { [threadCount = self.threadCount] () -> SliceEmbedder? in
                guard let bytes = try await load() else { return nil }
                return try await offPool {
                    try SliceEmbedder(try EmbeddingModel(serialized: bytes), threadCount: threadCount)
                }
            }
            embedders[fingerprint] = making
            return making
        }
        do {
            if let embedder = try await making.value { return embedder }
        } catch {
            self.forget(fingerprint)
            throw error
        }
        self.forget(fingerprint)
        return nil
    }

    func forget(_ fingerprint: Fingerprint) {
        self.embedders.withLock { _ = $0.removeValue(forKey: fingerprint) }
    }
}

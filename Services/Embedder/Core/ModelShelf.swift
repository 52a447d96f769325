import Learning
import Synchronization
import Wire

/// The models in memory, read once from the database each.
final class ModelShelf: Sendable {
    private let models = Mutex<[Fingerprint: EmbeddingModel]>([:])

    /// The model, from memory or made of the bytes that `load` brings.
    func model(
        _ fingerprint: Fingerprint,
        load: () async throws -> [UInt8]?
    ) async throws -> EmbeddingModel? {
        if let model = self.models.withLock({ $0[fingerprint] }) { return model }
        guard let bytes = try await load() else { return nil }
        let model = try EmbeddingModel(serialized: bytes)
        self.models.withLock { $0[fingerprint] = model }
        return model
    }

    func forget(_ fingerprint: Fingerprint) {
        self.models.withLock { _ = $0.removeValue(forKey: fingerprint) }
    }
}

import Contracts
import Lungs
import ServiceKit
import Storage
import WSSENet
import Wire

/// From messages to calls of the service.
enum EmbedderRouter {
    static func register(_ service: EmbedderService, on host: ServiceHost) {
        host.on(EmbedPixels.self) { request, context in
            try await service.embed(request, wanted: context.fingerprint)
        }
        host.on(EmbedCrop.self) { request, context in
            try await service.embed(request, wanted: context.fingerprint)
        }
        host.on(FetchEmbeddings.self) { request, _ in try await service.embeddings(request) }
        host.on(FetchGenerations.self) { _, _ in try await service.generations() }
        host.on(CompareSlices.self) { request, context in
            try await service.compare(request, wanted: context.fingerprint)
        }
    }
}

/// Answers to requests.
extension EmbedderService {
    /// - Throws: `loading` before the first model serves, `modelMismatch` for a generation that is not kept,
    ///   `badArgument` for pixels without lungs.
    func embed(_ request: EmbedPixels, wanted: Fingerprint?) async throws -> EmbedPixels.Reply {
        let generation = try await self.generation(wanted)
        guard let embedder = try await self.embedder(generation.fingerprint) else {
            throw Refusal(.internalFailure, "the model of the generation is missing")
        }
        let slice = request.slice.ctSlice
        switch try await offPool({ try SliceEmbedding.embed(slice, with: embedder) }) {
        case .refused(let reason): throw Refusal(.badArgument, "noLung: \(reason)")
        case .embedded(let vector, let area):
            return EmbedPixels.Reply(
                fingerprint: generation.fingerprint,
                vector: vector,
                parts: embedder.model.partRecords,
                lungAreaSquareCentimeters: area
            )
        }
    }

    /// The same for a query whose lungs are known.
    ///
    /// - Throws: `loading`, `modelMismatch`, `badArgument` for bytes that are no crop.
    func embed(_ request: EmbedCrop, wanted: Fingerprint?) async throws -> EmbedCrop.Reply {
        let generation = try await self.generation(wanted)
        guard let embedder = try await self.embedder(generation.fingerprint) else {
            throw Refusal(.internalFailure, "the model of the generation is missing")
        }
        guard let crop = LungCrop(bytes: request.crop) else {
            throw Refusal(.badArgument, "the bytes are no crop")
        }
        return EmbedCrop.Reply(
            fingerprint: generation.fingerprint,
            vector: try await offPool { embedder.embed(crop) },
            parts: embedder.model.partRecords
        )
    }

    func embeddings(_ request: FetchEmbeddings) async throws -> FetchEmbeddings.Reply {
        guard request.sliceIDs.count <= Limits.identifiersMaximum else {
            throw Refusal(.badArgument, "more than \(Limits.identifiersMaximum) slices in one request")
        }
        let generation = try await self.generation(request.fingerprint)
        let embeddings = try await self.database.read { transaction in
            try request.sliceIDs.map { sliceID -> Embedding? in
                guard let metadata = try EmbedderStore.metadata(sliceID, in: transaction),
                    let vector = try EmbedderStore.embedding(sliceID, generation: generation, in: transaction)
                else { return nil }
                return Embedding(
                    sliceID: sliceID,
                    seriesID: metadata.seriesID,
                    studyID: metadata.studyID,
                    patientID: metadata.patientID,
                    fingerprint: generation.fingerprint,
                    vector: vector,
                    attributes: metadata.searchAttributes
                )
            }
        }
        return FetchEmbeddings.Reply(fingerprint: generation.fingerprint, embeddings: embeddings)
    }

    func generations() async throws -> FetchGenerations.Reply {
        try await self.database.read { transaction in
            let all = try EmbedderStore.generations(in: transaction)
            return FetchGenerations.Reply(
                serving: all.first { $0.state == .serving }?.fingerprint,
                building: all.last { $0.state == .building }?.fingerprint,
                generations: try all.filter(\.isKept).map {
                    let progress = try EmbedderStore.progress(of: $0, in: transaction)
                    return GenerationSummary(
                        fingerprint: $0.fingerprint,
                        count: UInt64(progress.embedded),
                        total: UInt64(progress.total),
                        isComplete: progress.isComplete
                    )
                }
            )
        }
    }

    /// The wanted generation, or the one that serves.
    func generation(_ wanted: Fingerprint?) async throws -> Generation {
        let all = try await self.database.read { try EmbedderStore.generations(in: $0) }
        if let wanted {
            guard let generation = all.first(where: { $0.fingerprint == wanted && $0.isKept }) else {
                throw Refusal(.modelMismatch, "generation \(wanted) is not kept here")
            }
            return generation
        }
        guard let serving = all.first(where: { $0.state == .serving }) else {
            throw Refusal(
                .loading,
                "no model serves yet: train one, or wait until its embeddings are made"
            )
        }
        return serving
    }
}

import Contracts
import Lungs
import ServiceKit
import WSSENet
import Wire

/// Why two stored slices are as near or far as they are.
extension EmbedderService {
    /// Computes both anew from the lungs that ingest found, so a slice that is not embedded yet can be compared too.
    ///
    /// - Throws: `notFound` where ingest does not have a slice, `badArgument` where one shows no lungs, `loading` before the
    ///   first model serves, `modelMismatch` for a generation that is not kept.
    func compare(_ request: CompareSlices, wanted: Fingerprint?) async throws -> CompareSlices.Reply {
        let generation = try await self.generation(wanted)
        guard let embedder = try await self.embedder(generation.fingerprint) else {
            throw Refusal(.internalFailure, "the model of the generation is missing")
        }
        let sliceIDs = [request.first, request.second]
        let lungs = try await self.ingest.call(FetchLungs(sliceIDs: sliceIDs)).lungs
        guard lungs.count == sliceIDs.count else {
            throw Refusal(.internalFailure, "ingest answered for other slices than it was asked for")
        }
        return try await offPool {
            let first = try Self.crop(lungs[0], of: request.first, named: "first")
            let second = try Self.crop(lungs[1], of: request.second, named: "second")
            return try CompareSlices.Reply(first, second, with: embedder, of: generation.fingerprint)
        }
    }

    private static func crop(
        _ found: FoundLungs?,
        of sliceID: Identifier,
        named name: String
    ) throws -> LungCrop {
        guard let found else { throw Refusal(.notFound, "no slice has the id \(sliceID)") }
        guard let crop = try SliceEmbedding.crop(of: found) else {
            throw Refusal(.badArgument, "noLung: the \(name) slice: \(found.reason)")
        }
        return crop
    }
}

extension CompareSlices.Reply {
    /// - Throws: `TensorError`.
    fileprivate init(
        _ first: LungCrop,
        _ second: LungCrop,
        with embedder: SliceEmbedder,
        of fingerprint: Fingerprint
    ) throws {
        let agreement = try embedder.agreement(of: first, and: second)
        let distances = PartDistance.between(
            embedder.embed(first),
            embedder.embed(second),
            parts: embedder.model.parts
        )
        self.init(
            fingerprint: fingerprint,
            parts: distances.map {
                ComparedPart(name: $0.name, weight: $0.weight, squaredDistance: $0.squared, share: $0.share)
            },
            agreement: agreement.cells,
            lungShares: agreement.lungShares,
            image: first.image.map { UInt8(min(max($0, 0), 1) * 255) }
        )
    }
}

import Contracts
import Lungs
import ServiceKit
import Tomography
import WSSENet
import Wire

/// Why two stored slices are as near or far as they are.
extension EmbedderService {
    /// Computes both anew from ingest's pixels, so a slice that is not embedded yet can be compared too.
    ///
    /// - Throws: `notFound` where ingest does not have a slice, `badArgument` where one shows no lungs, `loading` before the
    ///   first model serves, `modelMismatch` for a generation that is not kept.
    func compare(_ request: CompareSlices, wanted: Fingerprint?) async throws -> CompareSlices.Reply {
        let generation = try await self.generation(wanted)
        guard let embedder = try await self.embedder(generation.fingerprint) else {
            throw Refusal(.internalFailure, "the model of the generation is missing")
        }
        async let firstSlice = self.pixels(of: request.first)
        async let secondSlice = self.pixels(of: request.second)
        let slices = (try await firstSlice, try await secondSlice)
        return try await offPool {
            let first = try Self.crop(of: slices.0, named: "first")
            let second = try Self.crop(of: slices.1, named: "second")
            return try CompareSlices.Reply(first, second, with: embedder, of: generation.fingerprint)
        }
    }

    private func pixels(of sliceID: Identifier) async throws -> CTSlice {
        try await self.ingest.call(FetchPixels(sliceID: sliceID)).slice.ctSlice
    }

    private static func crop(of slice: CTSlice, named name: String) throws -> LungCrop {
        let segmentation = LungSegmenter().segment(slice)
        guard segmentation.containsLung, let crop = lungCrop(of: slice, segmentation: segmentation) else {
            throw Refusal(.badArgument, "noLung: the \(name) slice: \(segmentation.reason)")
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

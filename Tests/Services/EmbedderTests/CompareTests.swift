import Contracts
import EmbedderCore
import Lungs
import PhantomArchive
import TestKit
import Testing
import WSSENet
import Wire

/// Two stored slices, part by part and cell by cell.
@Suite("Comparing slices")
struct CompareTests {
    @Test("a slice beside itself: no distance, agreement wherever there is lung, its own gray values")
    func same() async throws {
        try await EmbedderBench.with { bench in
            let print = try await Self.serve(Array(Phantoms.slices[..<2]), on: bench)
            let slice = Phantoms.slices[0]
            let id = slice.metadata.sliceID
            let reply = try await bench.client.call(CompareSlices(first: id, second: id))
            #expect(reply.fingerprint == print)
            #expect(reply.parts.map(\.name) == ["outline", "detail", "density"])
            #expect(reply.parts.allSatisfy { $0.squaredDistance == 0 && $0.share == 0 && $0.weight > 0 })
            #expect(reply.agreement.count == 256 && reply.lungShares.count == 256)
            #expect((reply.lungShares.max() ?? 0) > 0.99 && reply.lungShares.contains(0))
            for (cell, share) in zip(reply.agreement, reply.lungShares) {
                #expect(share > 0 ? cell > 0.999 : cell == 0)
            }
            let crop = lungCrop(of: slice.slice, segmentation: LungSegmenter().segment(slice.slice))
            #expect(reply.image == (try #require(crop)).image.map { UInt8(min(max($0, 0), 1) * 255) })
        }
    }

    @Test("two slices: the distances of their stored vectors, the same map from either side")
    func two() async throws {
        try await EmbedderBench.with { bench in
            let slices = Array(Phantoms.slices[..<4])
            let print = try await Self.serve(slices, on: bench)
            let (first, second) = (slices[0].metadata.sliceID, slices[3].metadata.sliceID)
            let request = CompareSlices(first: first, second: second)
            let reply = try await bench.client.call(request, fingerprint: print)
            let vectors = try await bench.embeddings(of: [slices[0], slices[3]], print).compactMap {
                $0?.vector
            }
            let expected = PartDistance.between(vectors[0], vectors[1], parts: try Models.all[0].parts)
            #expect(reply.parts.map(\.squaredDistance) == expected.map(\.squared))
            #expect(reply.parts.map(\.share) == expected.map(\.share))
            #expect(abs(reply.parts.reduce(0) { $0 + $1.share } - 1) < 1e-5)
            #expect(
                reply.agreement.allSatisfy { abs($0) <= 1 }
                    && reply.agreement.contains { $0 < 0.9 && $0 != 0 }
            )
            let turned = try await bench.client.call(CompareSlices(first: second, second: first))
            #expect(zip(turned.agreement, reply.agreement).allSatisfy { abs($0 - $1) < 1e-4 })
            #expect(turned.lungShares == reply.lungShares && turned.image != reply.image)
        }
    }

    @Test(
        "no model: loading; a generation that is not kept: mismatch; unknown slices and slices without lungs"
    )
    func refusals() async throws {
        try await EmbedderBench.with { bench in
            let known = Phantoms.slices[0].metadata.sliceID
            let request = CompareSlices(first: known, second: known)
            await expectRefusal(.loading) { try await bench.client.call(request) }
            let air = try Phantoms.withoutLungs()
            try await bench.archive.store([air])
            _ = try await Self.serve([Phantoms.slices[0]], on: bench)
            let other = try Models.prints[1]
            await expectRefusal(.modelMismatch) { try await bench.client.call(request, fingerprint: other) }
            let unknown = Phantoms.slices[1].metadata.sliceID
            for (first, second) in [(known, unknown), (unknown, known)] {
                await expectRefusal(.notFound) {
                    try await bench.client.call(CompareSlices(first: first, second: second))
                }
            }
            await expectRefusal(.badArgument) {
                try await bench.client.call(CompareSlices(first: known, second: air.metadata.sliceID))
            }
        }
    }

    /// Stores slices and waits until they are embedded with the first model.
    private static func serve(_ slices: [ArchivedSlice], on bench: EmbedderBench) async throws -> Fingerprint
    {
        let print = try Models.prints[0]
        try await bench.archive.store(slices)
        try await bench.trainer.promote(print)
        #expect(try await bench.waitUntilServing(print, count: UInt64(slices.count)))
        return print
    }
}

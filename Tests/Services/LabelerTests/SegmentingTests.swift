import Contracts
import LabelerCore
import Lungs
import PhantomArchive
import TestKit
import Testing
import Wire

/// Slices of ingest's log become masks.
@Suite("Segmenting")
struct SegmentingTests {
    @Test("every stored slice is segmented once; its mask is the segmenter's own")
    func masks() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.onePatient)
            #expect(try await bench.waitUntilSegmented(10))
            #expect(bench.archive.fetchCount == 10)
            let middle = Phantoms.onePatient[5]
            let reply = try await bench.client.call(FetchMask(sliceID: middle.metadata.sliceID))
            let expected = LungSegmenter().segment(middle.slice)
            #expect(expected.containsLung)
            #expect(Int(reply.rows) == expected.mask.rows)
            #expect(
                MaskRuns.decode(reply.labels, count: Int(reply.rows * reply.columns)) == expected.mask.labels
            )
            #expect(reply.areaSquareCentimeters == expected.areaSquareCentimeters)
            // Answered from what is stored.
            #expect(bench.archive.fetchCount == 10)
        }
    }

    @Test("a removed slice is forgotten; a mask that nobody can compute is refused")
    func removal() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Array(Phantoms.onePatient.prefix(3)))
            #expect(try await bench.waitUntilSegmented(3))
            let gone = Phantoms.onePatient[0]
            try await bench.archive.remove(gone)
            #expect(try await bench.waitUntilSegmented(2))
            #expect(try await bench.state("slices") == "2")
            await #expect(throws: Refusal.self) {
                try await bench.client.call(FetchMask(sliceID: gone.metadata.sliceID))
            }
        }
    }

    @Test("two slices are explained with numbers and a picture")
    func explanation() async throws {
        try await LabelerBench.with { bench in
            try await bench.archive.store(Phantoms.onePatient)
            #expect(try await bench.waitUntilSegmented(10))
            let ids = Phantoms.onePatient.map(\.metadata.sliceID)
            let near = try await bench.client.call(ExplainPair(first: ids[4], second: ids[5]))
            let far = try await bench.client.call(ExplainPair(first: ids[4], second: ids[8]))
            #expect(near.outline > far.outline)
            #expect(near.similarity == nil)
            #expect(near.grade == nil)
            #expect(Array(near.jpeg.prefix(3)) == [0xFF, 0xD8, 0xFF])
            #expect(Array(near.jpeg.suffix(2)) == [0xFF, 0xD9])
            let overlays = [near, far].compactMap(\.overlay)
            #expect(
                overlays.allSatisfy { $0.prefix(3) == [0xFF, 0xD8, 0xFF] && $0.suffix(2) == [0xFF, 0xD9] }
            )
            #expect(Set(overlays).count == 2)
        }
    }
}

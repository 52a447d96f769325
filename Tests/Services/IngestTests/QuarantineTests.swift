import Contracts
import ImageCodecs
import IngestCore
import TestKit
import Testing
import Tomography
import Wire

/// What becomes of an object that is not taken.
@Suite("Quarantine")
struct QuarantineTests {
    @Test(
        "each refusal has its reason in the reply, the quarantine and the counts; the same object is one row"
    )
    func reasons() async throws {
        try await IngestBench.with { bench in
            let objects = try Objects.refused()
            for _ in 0..<2 {
                for (reason, bytes) in objects {
                    let reply = try await bench.store(bytes)
                    #expect(reply.outcome == .refused)
                    #expect(reply.reason == reason)
                    #expect(!reply.detail.isEmpty)
                    #expect(reply.sliceID == nil)
                }
            }
            let quarantine = try await bench.quarantine()
            #expect(quarantine.entries.map(\.reason) == objects.map(\.reason))
            #expect(quarantine.entries.map(\.number) == quarantine.entries.map(\.number).sorted())
            #expect(quarantine.counts.map(\.reason) == objects.map(\.reason).sorted())
            #expect(quarantine.counts.allSatisfy { $0.count == 1 })
            #expect(try await bench.log().events.isEmpty)
            #expect(try bench.pixelFileCount() == 0)
            #expect(bench.metricsText.contains("carina_ingest_refusals_total{reason=\"noLung\"} 2"))
            let page = try await bench.client.call(
                ListQuarantine(after: quarantine.entries[1].number, limit: 2)
            )
            #expect(page.entries == Array(quarantine.entries[2..<4]))
        }
    }

    @Test("the same SOP instance with other pixels is a conflict and leaves no pixels behind")
    func conflict() async throws {
        try await IngestBench.with { bench in
            let id = try await bench.storeNew(try Objects.chest(2))
            var image = Objects.image(2)
            image.stored[0] = 17
            let changed = try DICOMWriter.encode(image)
            let reply = try await bench.store(changed)
            #expect(reply.outcome == .refused)
            #expect(reply.reason == "conflict")
            #expect(try bench.pixelFileCount() == 1)
            let slice = try await bench.client.call(FetchPixels(sliceID: id)).slice.ctSlice
            #expect(slice.values[0] != 17)
            #expect(try await bench.quarantine().counts == [ReasonCount(reason: "conflict", count: 1)])

            // Once the first one is removed, the other one is taken, and no longer in the quarantine.
            #expect(try await bench.remove(.slice, id) == 1)
            #expect(try await bench.storeNew(changed) == id)
            #expect(try await bench.quarantine().entries.isEmpty)
        }
    }
}

import Contracts
import Foundation
import ImageCodecs
import IngestCore
import TestKit
import Testing
import Tomography
import Wire

/// What becomes of an object that is taken.
@Suite("Storing")
struct StoringTests {
    @Test("a new slice: event, catalog, the object's own pixels, a preview")
    func storing() async throws {
        try await IngestBench.with { bench in
            let image = Objects.image(2)
            let bytes = try DICOMWriter.encode(image)
            let reply = try await bench.store(bytes)
            #expect(reply.outcome == .stored)
            #expect(reply.reason.isEmpty && reply.detail.isEmpty)
            let id = try #require(reply.sliceID)
            let metadata = try #require(try await bench.metadata(id))
            #expect(metadata.seriesID == reply.seriesID)
            #expect((metadata.rows, metadata.columns) == (160, 160))
            #expect(metadata.scale == .hounsfield)
            #expect(metadata.kernel == image.kernel)
            #expect(metadata.studyDate == image.studyDate)
            #expect(metadata.thicknessMillimeters == image.thicknessMillimeters)
            #expect(abs((metadata.offsetMillimeters ?? 0) - (image.position?.z ?? 0)) < 1e-6)
            #expect(metadata.lungAreaSquareCentimeters > 20)
            let log = try await bench.log()
            let events = try await bench.events(SliceStored.self)
            #expect(events == [SliceStored(slice: metadata)])
            #expect(log.events.map(\.seq) == [metadata.storedSeq])
            #expect(log.events.map(\.key) == [id.description])

            let slice = try await bench.client.call(FetchPixels(sliceID: id)).slice.ctSlice
            #expect(slice.values == image.stored)
            #expect(slice.spacing == PixelSpacing(rowMillimeters: 2.6, columnMillimeters: 2.6))
            for drawOutline in [false, true] {
                let request = Preview(sliceID: id, side: 128, drawOutline: drawOutline)
                let jpeg = try await bench.client.call(request).jpeg
                let picture = try JPEGCodec.decode(jpeg)
                #expect(max(picture.width, picture.height) == 128)
            }
            #expect(bench.metricsText.contains("carina_ingest_objects_total{outcome=\"stored\"} 1"))
        }
    }

    @Test("the same slice again changes nothing, be it the same bytes or the same pixels in other bytes")
    func duplicates() async throws {
        try await IngestBench.with { bench in
            let bytes = try Objects.chest(1)
            let id = try await bench.storeNew(bytes)
            var image = Objects.image(1)
            image.manufacturer = "Somebody else"
            for object in [bytes, try DICOMWriter.encode(image)] {
                let again = try await bench.store(object)
                #expect(again.outcome == .duplicate)
                #expect(again.sliceID == id)
            }
            #expect(try await bench.log().events.count == 1)
            #expect(try bench.pixelFileCount() == 1)
            #expect(try await bench.quarantine().entries.isEmpty)
        }
    }

    @Test("many at once, each thrice: every slice is stored exactly once")
    func concurrency() async throws {
        try await IngestBench.with { bench in
            let objects = try (0..<5).map { try Objects.chest($0) }
            let outcomes = try await withThrowingTaskGroup(of: StoreOutcome.self) { group in
                for object in objects + objects + objects {
                    group.addTask { try await bench.store(object).outcome }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .stored } == 5)
            #expect(outcomes.count { $0 == .duplicate } == 10)
            #expect(try await bench.events(SliceStored.self).count == 5)
        }
    }

    @Test("a request that comes twice is answered twice and done once, also after a restart")
    func repeats() async throws {
        try await IngestBench.with { bench in
            let request = StoreObject(bytes: try Objects.chest(0))
            let id = RequestID.random()
            let first = try await bench.client.call(request, id: id)
            let second = try await bench.client.call(request, id: id)
            await bench.stop()
            try await bench.start()
            let third = try await bench.client.call(request, id: id)
            #expect(first.outcome == .stored)
            #expect(second == first)
            #expect(third == first)
            #expect(try await bench.log().events.count == 1)
        }
    }

    @Test("a query image is read as a stored one is, and not kept")
    func decoding() async throws {
        try await IngestBench.with { bench in
            let bytes = try Objects.chest(3)
            let before = try await bench.client.call(DecodeObject(bytes: bytes))
            #expect(!before.isStored)
            #expect(try bench.pixelFileCount() == 0)
            #expect(try await bench.log().events.isEmpty)
            let id = try await bench.storeNew(bytes)
            var after = try await bench.client.call(DecodeObject(bytes: bytes))
            #expect(after.isStored)
            let metadata = try #require(try await bench.metadata(id))
            #expect(after.sliceID == id)
            #expect(after.seriesID == metadata.seriesID)
            #expect(after.studyID == metadata.studyID)
            #expect(after.patientID == metadata.patientID)
            #expect(after.lungAreaSquareCentimeters == metadata.lungAreaSquareCentimeters)
            #expect(after.slice == (try await bench.client.call(FetchPixels(sliceID: id)).slice))
            after.isStored = false
            #expect(after == before)
            await #expect(throws: Refusal.self) {
                try await bench.client.call(DecodeObject(bytes: try DICOMWriter.encode(Objects.water())))
            }
            #expect(try await bench.quarantine().entries.isEmpty)
        }
    }

    @Test("a series is listed from head to feet, the catalog page by page")
    func listing() async throws {
        try await IngestBench.with { bench in
            var ids: [Identifier] = []
            for index in [3, 0, 4, 1, 2] { ids.append(try await bench.storeNew(try Objects.chest(index))) }
            let metadata = try #require(try await bench.metadata(ids[0]))
            let series = try await bench.client.call(FetchSeries(seriesID: metadata.seriesID))
            #expect(series.sliceIDs == [ids[1], ids[3], ids[4], ids[0], ids[2]])
            #expect(series.patientID == metadata.patientID)
            var listed: [Identifier] = []
            while true {
                let page = try await bench.client.call(ListSlices(after: listed.last, limit: 2)).slices
                guard !page.isEmpty else { break }
                listed += page.map(\.sliceID)
            }
            #expect(listed == ids.sorted())
        }
    }

    @Test("requests about slices that are not there, or too many, are refused")
    func unknown() async throws {
        try await IngestBench.with { bench in
            let id = Identifier(bytes: Array(repeating: 7, count: 16))
            await expectRefusal(.notFound) { try await bench.client.call(FetchPixels(sliceID: id)) }
            await expectRefusal(.notFound) { try await bench.client.call(FetchSeries(seriesID: id)) }
            await expectRefusal(.notFound) {
                try await bench.client.call(Preview(sliceID: id, side: 64, drawOutline: false))
            }
            let metadata = try await bench.metadata(id)
            #expect(metadata == nil)
            await expectRefusal(.badArgument) {
                let many = FetchMetadata(sliceIDs: Array(repeating: id, count: 1_001))
                return try await bench.client.call(many)
            }
        }
    }
}

/// Expects that a call is refused with this code.
func expectRefusal<Reply>(_ code: RefusalCode, _ call: () async throws -> Reply) async {
    do {
        _ = try await call()
        Issue.record("was not refused")
    } catch {
        #expect((error as? Refusal)?.code == code, "\(error)")
    }
}

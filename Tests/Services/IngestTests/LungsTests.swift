import Contracts
import ImageCodecs
import IngestCore
import Lungs
import TestKit
import Testing
import Tomography
import Wire

/// The lungs as ingest hands them out: found once, when a slice comes in, and again where that is too long ago.
@Suite("Lungs of slices")
struct LungsAnswerTests {
    private static func lungs(_ ids: [Identifier], _ bench: IngestBench) async throws -> [FoundLungs?] {
        try await bench.client.call(FetchLungs(sliceIDs: ids)).lungs
    }

    @Test(
        "those of stored slices are the segmenter's own, be they remembered or found again",
        arguments: ["0", "2", "1000"]
    )
    func fetching(remembered: String) async throws {
        try await IngestBench.with(settings: ["recent-lungs": remembered]) { bench in
            var ids: [Identifier] = []
            for index in 0..<4 { ids.append(try await bench.storeNew(try Objects.chest(index))) }
            let unknown = Identifier.random()
            let found = try await Self.lungs(ids + [unknown], bench)
            #expect(found.count == 5 && found[4] == nil)
            for (id, lungs) in zip(ids, found) {
                let slice = try await bench.client.call(FetchPixels(sliceID: id)).slice.ctSlice
                let expected = LungSegmenter().segment(slice)
                #expect(lungs?.mask == expected.mask)
                #expect(lungs?.areaSquareCentimeters == expected.areaSquareCentimeters)
                #expect(lungs?.reason == expected.reason && lungs?.containsLung == true)
                let crop = try #require(lungs?.crop)
                #expect(LungCrop(bytes: crop) == lungCrop(of: slice, segmentation: expected))
                #expect(lungs == FoundLungs(expected, of: slice))
            }
            // A removed slice has no lungs any more, remembered or not.
            _ = try await bench.remove(.slice, ids[3])
            #expect(try await Self.lungs([ids[3]], bench) == [nil])
        }
    }

    @Test("more slices than a request may name are refused")
    func limit() async throws {
        try await IngestBench.with { bench in
            let many = (0..<65).map { _ in Identifier.random() }
            let most = try await Self.lungs(Array(many.prefix(64)), bench)
            #expect(most.count == 64 && most.allSatisfy { $0 == nil })
            await expectRefusal(.badArgument) { try await Self.lungs(many, bench) }
        }
    }

    @Test("a query's lungs are those that it would be stored with, and nothing is kept")
    func query() async throws {
        try await IngestBench.with { bench in
            let bytes = try Objects.chest(3)
            let before = try await bench.client.call(FindLungs(bytes: bytes))
            #expect(!before.isStored)
            #expect(try bench.pixelFileCount() == 0)
            #expect(try await bench.log().events.isEmpty)
            let id = try await bench.storeNew(bytes)
            var after = try await bench.client.call(FindLungs(bytes: bytes))
            let metadata = try #require(try await bench.metadata(id))
            #expect(after.isStored)
            #expect((after.sliceID, after.seriesID) == (id, metadata.seriesID))
            #expect((after.studyID, after.patientID) == (metadata.studyID, metadata.patientID))
            #expect(try await Self.lungs([id], bench) == [after.lungs])
            after.isStored = false
            #expect(after == before)
            await expectRefusal(.badArgument) {
                try await bench.client.call(FindLungs(bytes: try DICOMWriter.encode(Objects.water())))
            }
            #expect(try await bench.quarantine().entries.isEmpty)
        }
    }
}

/// Several objects in one request.
@Suite("Storing together")
struct StoringTogetherTests {
    @Test("each object gets its own answer, in the order of the request, and a repeat changes nothing")
    func mixed() async throws {
        try await IngestBench.with { bench in
            let known = try await bench.storeNew(try Objects.chest(0))
            let objects = [
                try Objects.chest(1), try DICOMWriter.encode(Objects.water()), try Objects.chest(0),
                try Objects.chest(2), [1, 2, 3], try Objects.chest(1),
            ]
            let (request, id) = (StoreObjects(objects: objects), RequestID.random())
            let results = try await bench.client.call(request, id: id).results
            #expect(
                results.map(\.outcome) == [.stored, .refused, .duplicate, .stored, .refused, .duplicate]
            )
            #expect(results.map(\.reason) == ["", "noLung", "", "", "unsupported", ""])
            #expect(results[2].sliceID == known && results[5].sliceID == results[0].sliceID)
            #expect(
                try await bench.events(SliceStored.self).map(\.slice.sliceID) == [
                    known, try #require(results[0].sliceID), try #require(results[3].sliceID),
                ]
            )
            #expect(try await bench.client.call(request, id: id).results == results)
            #expect(try await bench.events(SliceStored.self).count == 3)
            #expect(try await bench.quarantine().entries.count == 2)
        }
    }

    @Test("pixels that one object may not keep and another one brings too stay for that one")
    func sharedPixels() async throws {
        try await IngestBench.with { bench in
            try await bench.storeNew(try Objects.chest(0))
            // The same instance with other pixels is a conflict; another instance has just those pixels.
            var other = Objects.image(3, instance: 77)
            other.sopUID = Objects.image(0).sopUID
            let conflicting = try DICOMWriter.encode(other)
            let objects = [conflicting, try Objects.chest(3)]
            let results = try await bench.client.call(StoreObjects(objects: objects)).results
            #expect(results.map(\.outcome) == [.refused, .stored] && results[0].reason == "conflict")
            let id = try #require(results[1].sliceID)
            let kept = try await bench.client.call(FetchPixels(sliceID: id)).slice.ctSlice
            #expect(kept.values == Objects.image(3).stored)
            #expect(try bench.pixelFileCount() == 2)
            // Alone it leaves nothing.
            other.sopUID = Objects.image(0).sopUID
            other.stored = Objects.image(4).stored
            let alone = [try DICOMWriter.encode(other)]
            #expect(try await bench.client.call(StoreObjects(objects: alone)).results[0].reason == "conflict")
            #expect(try bench.pixelFileCount() == 2)
        }
    }

    @Test("no objects are nothing; too many are refused and none is kept")
    func bounds() async throws {
        try await IngestBench.with { bench in
            #expect(try await bench.client.call(StoreObjects(objects: [])).results.isEmpty)
            let many = Array(repeating: try Objects.chest(0), count: 65)
            await expectRefusal(.badArgument) { try await bench.client.call(StoreObjects(objects: many)) }
            #expect(try await bench.events(SliceStored.self).isEmpty)
        }
    }
}

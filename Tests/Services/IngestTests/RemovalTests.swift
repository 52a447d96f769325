import Contracts
import Foundation
import IngestCore
import TestKit
import Testing
import Wire

/// Forgetting slices.
@Suite("Removal")
struct RemovalTests {
    @Test("a removal takes exactly its scope: catalog, events, pixel files; what is gone can be stored again")
    func scopes() async throws {
        try await IngestBench.with { bench in
            // Patient A: two series of a study and another study; patient B.
            let objects = [
                try Objects.chest(0), try Objects.chest(1), try Objects.chest(2, series: 2),
                try Objects.chest(3, study: 2), try Objects.chest(4, patient: "B"),
            ]
            var ids: [Identifier] = []
            for object in objects { ids.append(try await bench.storeNew(object)) }
            let first = try #require(try await bench.metadata(ids[0]))
            let scopes: [(RemovalScope, Identifier, [Int])] = [
                (.slice, ids[0], [0]), (.series, first.seriesID, [0, 1]), (.study, first.studyID, [0, 1, 2]),
                (.patient, first.patientID, [0, 1, 2, 3]),
            ]
            for (scope, id, gone) in scopes {
                let before = try await bench.events(SliceRemoved.self).count
                #expect(try await bench.remove(scope, id) == UInt32(gone.count))
                let events = try await bench.events(SliceRemoved.self).dropFirst(before)
                #expect(Set(events.map(\.sliceID)) == Set(gone.map { ids[$0] }))
                #expect(try bench.pixelFileCount() == objects.count - gone.count)
                for index in objects.indices {
                    #expect(try await (bench.metadata(ids[index]) == nil) == gone.contains(index))
                }
                #expect(try await bench.remove(scope, id) == 0)
                for index in gone { #expect(try await bench.storeNew(objects[index]) == ids[index]) }
            }
            #expect(try bench.pixelFileCount() == objects.count)
        }
    }

    @Test("pixels that two slices share stay until both are gone")
    func sharedPixels() async throws {
        try await IngestBench.with { bench in
            let first = try await bench.storeNew(try Objects.chest(0))
            let second = try await bench.storeNew(try Objects.chest(0, instance: 77))
            #expect(first != second)
            #expect(try bench.pixelFileCount() == 1)
            _ = try await bench.remove(.slice, first)
            #expect(try bench.pixelFileCount() == 1)
            _ = try await bench.client.call(FetchPixels(sliceID: second))
            _ = try await bench.remove(.slice, second)
            #expect(try bench.pixelFileCount() == 0)
        }
    }

    @Test("a pixel file that no slice needs, as a crash may leave one, is gone after the next start")
    func orphans() async throws {
        try await IngestBench.with { bench in
            let id = try await bench.storeNew(try Objects.chest(0))
            let path = try #require(try files(below: "\(bench.dataFolder)/pixels").first).path
            let orphan = String(repeating: "ab", count: 32)
            let folder = "\(bench.dataFolder)/pixels/ab/ab"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data([1, 2, 3]).write(to: URL(filePath: "\(folder)/\(orphan)"))
            await bench.stop()
            try await bench.start()
            #expect(try await eventually { try bench.pixelFileCount() == 1 })
            #expect(try files(below: "\(bench.dataFolder)/pixels").map(\.path) == [path])
            _ = try await bench.client.call(FetchPixels(sliceID: id))
        }
    }
}

import Contracts
import IngestCore
import TestKit
import Testing
import Wire

/// Series that come to rest.
@Suite("Series")
struct SeriesTests {
    @Test("a series is complete when it was quiet, once; what comes or goes later opens its next revision")
    func revisions() async throws {
        // Ingest's own look comes too late to meddle.
        try await IngestBench.with(settings: ["series-quiet": "3600"]) { bench in
            let id = try await bench.storeNew(try Objects.chest(0))
            try await bench.storeNew(try Objects.chest(1))
            try await bench.storeNew(try Objects.chest(2, patient: "B"))
            let metadata = try #require(try await bench.metadata(id))
            func revisions() async throws -> [SeriesCompleted] {
                try await bench.events(SeriesCompleted.self).filter { $0.seriesID == metadata.seriesID }
            }
            func event(_ count: UInt32, _ revision: UInt32) -> SeriesCompleted {
                SeriesCompleted(
                    seriesID: metadata.seriesID,
                    patientID: metadata.patientID,
                    count: count,
                    revision: revision
                )
            }
            bench.clock.advance(999)
            try await bench.announceQuietSeries()
            #expect(try await bench.events(SeriesCompleted.self).isEmpty)
            bench.clock.advance(1)
            for _ in 0..<2 { try await bench.announceQuietSeries() }
            #expect(try await bench.events(SeriesCompleted.self).count == 2)
            #expect(try await revisions() == [event(2, 1)])

            try await bench.storeNew(try Objects.chest(3))
            #expect(try await bench.store(try Objects.chest(2, patient: "B")).outcome == .duplicate)
            bench.clock.advance(1_000)
            try await bench.announceQuietSeries()
            #expect(try await revisions() == [event(2, 1), event(3, 2)])
            _ = try await bench.remove(.slice, id)
            bench.clock.advance(1_000)
            try await bench.announceQuietSeries()
            #expect(try await revisions() == [event(2, 1), event(3, 2), event(2, 3)])
            // The other patient's series has not changed since.
            #expect(try await bench.events(SeriesCompleted.self).count == 4)
            // A series without slices is not complete.
            _ = try await bench.remove(.series, metadata.seriesID)
            bench.clock.advance(1_000)
            try await bench.announceQuietSeries()
            #expect(try await bench.events(SeriesCompleted.self).count == 4)
        }
    }

    @Test("ingest looks by itself")
    func watching() async throws {
        try await IngestBench.with { bench in
            try await bench.storeNew(try Objects.chest(0))
            bench.clock.advance(1_000)
            #expect(try await eventually { try await bench.events(SeriesCompleted.self).count == 1 })
        }
    }
}

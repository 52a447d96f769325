import Contracts
import Foundation
import ImageCodecs
import IngestCore
import TestKit
import Testing
import Wire

/// What identifies a patient never leaves an object.
@Suite("Privacy")
struct PrivacyTests {
    private static let name = "PLANTED^NAME"
    private static let patientID = "PLANTED-4711"
    private static let birthDate = "19470811"

    /// The image's bytes with everything planted that could tell who it is of.
    private static func planted(_ image: CTImage) throws -> [UInt8] {
        var image = image
        image.patientID = Self.patientID
        image.patientName = Self.name
        let bytes = Data(try DICOMWriter.encode(image))
        // The writer leaves Patient's Birth Date empty.
        let empty = Data([0x10, 0x00, 0x30, 0x00, 0x44, 0x41, 0x00, 0x00])
        let full = Data([0x10, 0x00, 0x30, 0x00, 0x44, 0x41, 0x08, 0x00] + Array(Self.birthDate.utf8))
        let place = try #require(bytes.range(of: empty))
        return Array(bytes[..<place.lowerBound] + full + bytes[place.upperBound...])
    }

    private static var needles: [String] {
        let image = Objects.image(0)
        return [Self.name, "PLANTED", "4711", Self.birthDate, "2.25.80000"]
            + [image.studyUID, image.seriesUID, image.sopUID].compactMap { $0 }
    }

    /// Names of planted strings that occur in some bytes.
    private static func found(in bytes: [UInt8]) -> [Int] {
        Self.needles.indices.filter { occurs(Array(Self.needles[$0].utf8), in: bytes) }
    }

    @Test(
        "no name, identifier or birth date in events, replies, metrics, logs, quarantine, state or on the disk"
    )
    func nothingLeaks() async throws {
        try await IngestBench.with(settings: ["import-root": "FOLDER/import"]) { bench in
            let object = try Self.planted(Objects.image(0))
            #expect(Self.found(in: object).count == Self.needles.count, "the search finds what is there")

            var bodies: [[UInt8]] = []
            let stored = try await bench.store(object)
            let id = try #require(stored.sliceID)
            bodies += [stored.body, try await bench.store(object).body]
            var conflicting = Objects.image(0)
            conflicting.stored[0] = 17
            let whole = try Self.planted(Objects.image(1))
            let refused = [
                try Self.planted(conflicting), try Self.planted(Objects.water()),
                Array(whole.prefix(whole.count / 2)), Array(whole.prefix(700)),
            ]
            for bytes in refused {
                let reply = try await bench.store(bytes)
                #expect(reply.outcome == .refused)
                bodies.append(reply.body)
            }
            let folder = "\(bench.folder)/import"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (number, bytes) in [whole, refused[1]].enumerated() {
                try Data(bytes).write(to: URL(filePath: "\(folder)/\(Self.name)-\(number).dcm"))
            }
            let jobID = try await bench.client.call(ImportFolder(path: ".")).jobID
            #expect(try await bench.ended(jobID).result == "1 stored, 0 known, 1 refused")
            bench.clock.advance(1_000)
            #expect(try await eventually { try await !bench.events(SeriesCompleted.self).isEmpty })

            let client = bench.client
            bodies += [
                try await client.call(JobStatus(jobID: jobID)).body,
                try await client.call(DecodeObject(bytes: object)).body,
                try await client.call(FetchMetadata(sliceIDs: [id])).body,
                try await client.call(ListSlices(after: nil, limit: 10)).body,
                try await client.call(FetchPixels(sliceID: id)).body,
                try await client.call(Preview(sliceID: id, side: 64, drawOutline: true)).body,
                try await client.call(State()).body,
                try await client.call(DeadLetters(limit: 10)).body,
                try await bench.quarantine().body, try await bench.log().body,
            ]
            _ = try await bench.remove(.slice, id)
            bodies += [try await bench.log().body, Array(bench.metricsText.utf8), Array(bench.logText.utf8)]
            for (number, body) in bodies.enumerated() {
                #expect(Self.found(in: body).isEmpty, "reply \(number)")
            }
            try Self.searchDisk(of: bench, for: try #require(stored.seriesID))
            await bench.stop()
            try Self.searchDisk(of: bench, for: try #require(stored.seriesID))
            #expect(Self.found(in: Array(bench.logText.utf8)).isEmpty)
        }
    }

    /// Looks through every byte below the data folder.
    private static func searchDisk(of bench: IngestBench, for known: Identifier) throws {
        let all = try files(below: bench.dataFolder)
        #expect(all.contains { occurs(known.bytes, in: $0.bytes) }, "the search finds what is there")
        for (path, bytes) in all {
            #expect(Self.found(in: bytes).isEmpty, "\(path)")
            #expect(Self.found(in: Array(path.utf8)).isEmpty, "\(path)")
        }
    }
}

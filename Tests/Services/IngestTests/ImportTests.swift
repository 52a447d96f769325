import Contracts
import Foundation
import ImageCodecs
import IngestCore
import Synchronization
import TestKit
import Testing
import Wire

/// Whole folders of ingest's machine.
@Suite("Folder import")
struct ImportTests {
    private static let root = ["import-root": "FOLDER/import"]

    private static func write(_ objects: [String: [UInt8]], below root: String) throws {
        for (path, bytes) in objects {
            let file = URL(filePath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(bytes).write(to: file)
        }
    }

    @Test("every file below the folder, whatever its name; what is refused does not stop the rest")
    func recursion() async throws {
        try await IngestBench.with(settings: Self.root) { bench in
            let objects: [String: [UInt8]] = [
                "scan/one.dcm": try Objects.chest(0), "scan/deep/er/two": try Objects.chest(1),
                "scan/deep/again.dcm": try Objects.chest(1), "scan/notes.txt": Array("hello".utf8),
                "scan/empty": [], "elsewhere/three.dcm": try Objects.chest(2),
            ]
            try Self.write(objects, below: "\(bench.folder)/import")
            let jobID = try await bench.client.call(ImportFolder(path: "scan")).jobID
            let job = try await bench.ended(jobID)
            #expect(job.state == .done)
            #expect(job.progress == 1)
            #expect(job.result == "2 stored, 1 known, 2 refused")
            #expect(try await bench.events(SliceStored.self).count == 2)
            #expect(try await bench.quarantine().entries.count == 2)
            // The whole root, by its absolute path.
            let all = try await bench.client.call(ImportFolder(path: "\(bench.folder)/import")).jobID
            #expect(try await bench.ended(all).result == "1 stored, 3 known, 2 refused")
        }
    }

    @Test("files that are on their way together are counted once each, equal ones stored once")
    func together() async throws {
        try await IngestBench.with(settings: Self.root) { bench in
            var objects: [String: [UInt8]] = [:]
            for number in 0..<40 {
                // Five slices, each eight times; the names mix them.
                objects["\(number * 7 % 40).dcm"] = try Objects.chest(number % 5)
            }
            try Self.write(objects, below: "\(bench.folder)/import/many")
            let job = try await bench.ended(try await bench.client.call(ImportFolder(path: "many")).jobID)
            #expect(job.state == .done && job.result == "5 stored, 35 known, 0 refused")
            let stored = try await bench.events(SliceStored.self)
            #expect(stored.count == 5 && Set(stored.map(\.slice.sliceID)).count == 5)
            #expect(stored.map(\.slice.storedSeq) == Array(1...5))
        }
    }

    @Test("a folder outside of the root is refused, by whatever way it is named; so is one that is not there")
    func outside() async throws {
        try await IngestBench.with(settings: Self.root) { bench in
            let root = "\(bench.folder)/import"
            try Self.write(["scan/one.dcm": try Objects.chest(0)], below: root)
            try Self.write(["two.dcm": try Objects.chest(1)], below: "\(bench.folder)/import-other")
            try FileManager.default.createSymbolicLink(
                atPath: "\(root)/way-out",
                withDestinationPath: "\(bench.folder)/import-other"
            )
            for path in ["/etc", "..", "../import-other", "\(bench.folder)/import-other", "way-out"] {
                await expectRefusal(.notAllowed) { try await bench.client.call(ImportFolder(path: path)) }
            }
            for path in ["nowhere", "scan/one.dcm"] {
                await expectRefusal(.notFound) { try await bench.client.call(ImportFolder(path: path)) }
            }
            #expect(try await bench.client.call(ListJobs(limit: 10)).jobs.isEmpty)
        }
    }

    @Test("without a root nothing may be imported")
    func noRoot() async throws {
        try await IngestBench.with { bench in
            await expectRefusal(.notAllowed) {
                try await bench.client.call(ImportFolder(path: bench.folder))
            }
        }
    }

    @Test("an import is cancelled between two files, and what came before stays")
    func cancelling() async throws {
        let decoder = GatedDecoder(openCount: 2)
        try await IngestBench.with(settings: Self.root, decoder: decoder) { bench in
            var objects: [String: [UInt8]] = [:]
            for index in 0..<5 { objects["\(index).dcm"] = try Objects.chest(index) }
            try Self.write(objects, below: "\(bench.folder)/import")
            let jobID = try await bench.client.call(ImportFolder(path: ".")).jobID
            let isStuck = try await eventually {
                try await bench.client.call(JobStatus(jobID: jobID)).job.text == "2 of 5 files"
            }
            #expect(isStuck)
            #expect(try await bench.client.call(JobStatus(jobID: jobID)).job.progress == 0.4)
            _ = try await bench.client.call(CancelJob(jobID: jobID))
            #expect(try await bench.ended(jobID).state == .cancelled)
            #expect(try await bench.events(SliceStored.self).count == 2)
            // A new one takes the rest.
            decoder.open()
            let again = try await bench.client.call(ImportFolder(path: ".")).jobID
            #expect(try await bench.ended(again).result == "3 stored, 2 known, 0 refused")
        }
    }
}

/// Decodes a few objects and then none until it is opened.
final class GatedDecoder: ObjectDecoder {
    private let left: Mutex<Int>

    init(openCount: Int) { self.left = Mutex(openCount) }

    func open() { self.left.withLock { $0 = .max } }

    func decode(_ bytes: [UInt8]) async throws -> DecodedObject {
        while true {
            let isOpen = self.left.withLock { left in
                guard left > 0 else { return false }
                left -= 1
                return true
            }
            if isOpen { return try decodeObject(bytes) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func stop() async {}
}

import ArgumentParser
import Contracts
import Foundation
import Neighbors
import Snapshots
import TestKit
import Testing
import Wire

@testable import CarinaCore

@Suite("carina index verify")
struct VerifyTests {
    private static let parts = [
        EmbeddingPartRecord(name: "outline", count: 3, weight: 1),
        EmbeddingPartRecord(name: "detail", count: 5, weight: 1),
    ]

    /// Writes a snapshot of a model that serves, with vectors, and of one that is being built, without.
    private func write(to path: String) throws {
        var random = SplitMix64(seed: 3)
        var index = NeighborIndex(parts: [3, 5])
        for _ in 0..<40 {
            let id = try #require(NeighborID(Identifier.random(using: &random).bytes))
            let vector = (0..<8).map { _ in Float(random.unit()) }
            try index.insert(NeighborItem(id: id, series: id, patient: id, vector: vector, attributes: [:]))
        }
        let views = [index.view, NeighborIndex(parts: [3, 5]).view]
        let contents = SnapshotContents(
            logID: Identifier(bytes: Array(repeating: 0xAB, count: 16)),
            seq: 1_234,
            shard: (1, 4),
            generations: views.enumerated().map { number, view in
                .init(fingerprint: self.model(UInt8(number + 1)), parts: Self.parts, view: view)
            },
            ready: [self.model(1)]
        )
        _ = try contents.write(to: path, timeMilliseconds: 1_800_000_000_000, release: "0.1.0")
    }

    private func model(_ byte: UInt8) -> Fingerprint {
        Fingerprint(bytes: Array(repeating: byte, count: Fingerprint.byteCount))
    }

    @Test("a good file: what it knows, what it holds, where it stands")
    func good() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/index.snapshot"
            try self.write(to: path)
            let lines = try VerifyCommand.report(on: path).split(separator: "\n").map(String.init)
            #expect(lines[0].hasPrefix("snapshot of ") && lines[0].hasSuffix(" bytes, version 1"))
            #expect(lines[1] == "taken at 2027-01-15T08:00:00Z by release 0.1.0")
            #expect(lines[2] == "log \(String(repeating: "ab", count: 16)) up to event 1234")
            #expect(lines[3] == "shard 1 of 4")
            let first = try #require(lines.first { $0.hasPrefix("0 ") })
            #expect(first.contains(self.model(1).hex) && first.contains(" 40 "))
            #expect(first.contains("outline 3 + detail 5") && first.hasSuffix("serves"))
            #expect(lines.contains { $0.hasPrefix("1 ") && $0.hasSuffix("being built") })
            #expect(lines.contains { $0.hasPrefix("16/0 ") && $0.contains("node") && $0.contains(" 4096 ") })
            #expect(lines.contains { $0.hasPrefix("3/0 ") && $0.contains("partitions, generation 0") })
            #expect(lines.contains { $0.hasPrefix("17/1 ") && $0.contains("generation 1") })
            #expect(lines.last == "every checksum right")
        }
    }

    @Test("a damaged file: what and where, and exit code 1; a file that is not there too")
    func damaged() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/index.snapshot"
            #expect {
                try VerifyCommand.report(on: path)
            } throws: {
                "\($0)" == "there is no file \(path)" && CarinaCommand.exitCode(for: $0) == .failure
            }
            try self.write(to: path)
            var bytes = Array(try Data(contentsOf: URL(filePath: path)))
            bytes[4_100] ^= 1
            try Data(bytes).write(to: URL(filePath: path))
            #expect {
                try VerifyCommand.report(on: path)
            } throws: {
                "\($0)" == "\(path) cannot be used: badChecksum at byte 4096: block 1 of 1 of section 16/0"
                    && CarinaCommand.exitCode(for: $0) == .failure
            }
        }
    }

    @Test("its help fits a terminal")
    func help() {
        let help = CarinaCommand.helpMessage(for: VerifyCommand.self, columns: 100)
        #expect(help.contains("USAGE: carina index verify <file>"))
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(help)")
    }
}

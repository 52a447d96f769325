import Contracts
import Foundation
import ServiceKit
import Snapshots
import Storage
import TestKit
import Testing
import Wire

@testable import IndexCore

/// A node that stops and starts with what it wrote.
@Suite("Snapshots of a node")
struct SnapshotTests {
    private func file(_ folder: String) -> String { "\(folder)/index/index.snapshot" }

    /// Starts a node, waits until it knows the log up to a position, and stops it.
    private func runNode(_ pair: Pair, upTo seq: UInt64, _ settings: [String: String] = [:]) async throws {
        let index = try await pair.startIndex(settings)
        #expect(try await self.knows(pair, seq))
        await index.stop()
    }

    private func knows(_ pair: Pair, _ seq: UInt64) async throws -> Bool {
        let client = try pair.client()
        let isThere = try await eventually(within: .seconds(20)) {
            let state = try await client.call(NodeState())
            return state.appliedSeq == seq && state.isReady
        }
        await client.close()
        return isThere
    }

    private func hits(_ pair: Pair, _ vector: [Float]) async throws -> [SearchHit] {
        let client = try pair.client()
        let reply = try await client.call(request(vector, k: 50), fingerprint: pair.model)
        await client.close()
        return reply.hits
    }

    private func metric(_ host: ServiceHost, _ name: String) -> String? {
        host.metrics.text().split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .map { String($0.dropFirst(name.count + 1)) }
    }

    // S-15, S-16, S-18: it stops with a snapshot, begins with it, and goes on where it ended.
    @Test("a node begins with its snapshot, before it has met the log, and answers as after a replay")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            var embedder = try await pair.startEmbedder()
            let embeddings = try await pair.fill(embedder, count: 500, seed: 50)
            try await self.runNode(pair, upTo: 502)
            #expect(try LoadedSnapshot.read(self.file(folder))?.node.seq == 502)
            #expect(try LoadedSnapshot.read(self.file(folder))?.node.logID == embedder.events.logID)

            // Nobody tells it anything: what it knows comes from the file. It serves once it has met the log.
            await embedder.stop()
            var index = try await pair.startIndex()
            let client = try pair.client()
            let state = try await client.call(NodeState())
            #expect((state.appliedSeq, state.count, state.fingerprint) == (502, 500, pair.model))
            #expect(!state.isReady)
            #expect(self.metric(index, "carina_index_snapshot_seq") == "502")
            let age = try #require(
                self.metric(index, "carina_index_snapshot_age_seconds").flatMap(Double.init)
            )
            #expect((0..<120).contains(age))

            embedder = try await pair.startEmbedder()
            try await pair.fill(embedder, count: 40, seed: 51)
            #expect(try await self.knows(pair, 544))
            let afterSnapshot = try await self.hits(pair, embeddings[7].vector)
            await client.close()
            await index.stop()
            index = try await pair.startIndex(["snapshots": "false"], data: "fresh")
            #expect(try await self.knows(pair, 544))
            #expect(try await self.hits(pair, embeddings[7].vector) == afterSnapshot)
            await index.stop()
            #expect(try DurableFile.read("\(folder)/fresh/index.snapshot") == nil)
            await embedder.stop()
        }
    }

    // S-15, S-17: damage, another shard, another number of shards.
    @Test("a snapshot that does not serve is set aside with its reason, and the log is read")
    func refused() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            let embedder = try await pair.startEmbedder()
            let embeddings = try await pair.fill(embedder, count: 60, seed: 52)
            try await self.runNode(pair, upTo: 62)
            let good = try #require(try DurableFile.read(self.file(folder)))
            var flipped = good
            flipped[4_100] ^= 4
            let cases: [(bytes: [UInt8], settings: [String: String], reason: String)] = [
                (flipped, [:], "badChecksum"), (Array(good.dropLast()), [:], "truncated"),
                (Array("not one".utf8), [:], "truncated"), (good, ["shard-count": "2"], "foreign"),
                (good, ["shard": "1", "shard-count": "2"], "foreign"),
            ]
            for (bytes, settings, reason) in cases {
                try DurableFile.write(bytes, to: self.file(folder))
                let index = try await pair.startIndex(settings)
                #expect(try DurableFile.read(self.file(folder) + ".refused") == bytes)
                #expect(try DurableFile.read(self.file(folder)) == nil)
                let counted = self.metric(index, "carina_index_snapshots_refused_total{reason=\"\(reason)\"}")
                #expect(counted == "1", "\(reason)")
                #expect(self.metric(index, "carina_index_snapshot_age_seconds") == "+Inf")
                #expect(try await self.knows(pair, 62))
                if settings.isEmpty {
                    #expect(
                        try await self.hits(pair, embeddings[3].vector).first?.sliceID
                            == embeddings[3].sliceID
                    )
                }
                await index.stop()
            }
            await embedder.stop()
        }
    }

    // S-16, S-17: the embedder's folder is another one, or an older copy.
    @Test("a snapshot of another log, or from beyond its head, is forgotten", arguments: ["another", "copy"])
    func otherLog(data: String) async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            var embedder = try await pair.startEmbedder()
            try await pair.fill(embedder, count: 20, seed: 53)
            await embedder.stop()
            try FileManager.default.copyItem(atPath: "\(folder)/embedder", toPath: "\(folder)/copy")
            embedder = try await pair.startEmbedder()
            try await pair.fill(embedder, count: 30, seed: 54)
            try await self.runNode(pair, upTo: 54)
            await embedder.stop()

            embedder = try await pair.startEmbedder(data: data)
            let embeddings = try await pair.fill(embedder, count: 9, seed: 55)
            let expected: (seq: UInt64, count: UInt64) = data == "copy" ? (33, 29) : (11, 9)
            let index = try await pair.startIndex()
            #expect(try await self.knows(pair, expected.seq))
            let client = try pair.client()
            #expect(try await client.call(NodeState()).count == expected.count)
            await client.close()
            #expect(try await self.hits(pair, embeddings[0].vector).first?.sliceID == embeddings[0].sliceID)
            #expect(try LoadedSnapshot.read(self.file(folder) + ".refused")?.node.seq == 54)
            #expect(self.metric(index, "carina_index_snapshots_refused_total{reason=\"foreign\"}") == "1")
            await index.stop()
            // What it learned instead stands there now.
            let written = try #require(try LoadedSnapshot.read(self.file(folder)))
            #expect((written.node.seq, written.node.logID) == (expected.seq, embedder.events.logID))
            await embedder.stop()
        }
    }

    // S-18: in the background, from one state.
    @Test("while events flow snapshots are written, each of one position, and searches are answered")
    func flowing() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            let embedder = try await pair.startEmbedder()
            let embeddings = try await pair.fill(embedder, count: 100, seed: 56)
            let index = try await pair.startIndex(["snapshot-events": "1", "snapshot-seconds": "0"])
            #expect(try await self.knows(pair, 102))
            var seen: Set<UInt64> = []
            var seed: UInt64 = 100
            let hasSeveral = try await eventually(within: .seconds(60)) {
                try await pair.fill(embedder, count: 5, seed: seed)
                seed += 1
                #expect(
                    try await self.hits(pair, embeddings[1].vector).first?.sliceID == embeddings[1].sliceID
                )
                guard let snapshot = try LoadedSnapshot.read(self.file(folder)) else { return false }
                // Each fill is a start, 5 vectors and an end; the first one had 100.
                let (whole, part) = (snapshot.node.seq - 102).quotientAndRemainder(dividingBy: 7)
                let vectors = 100 + 5 * Int(whole) + max(0, Int(part) - 1)
                #expect(snapshot.generations.map(\.count) == [vectors])
                seen.insert(snapshot.node.seq)
                return seen.count >= 4
            }
            #expect(hasSeveral)
            #expect(try await self.knows(pair, embedder.events.headSeq))
            await index.stop()
            #expect(try LoadedSnapshot.read(self.file(folder))?.node.seq == embedder.events.headSeq)
            await embedder.stop()
        }
    }

    // S-10: what a node that was killed leaves.
    @Test("after a crash while writing the old snapshot serves, and what was left beside it goes")
    func crash() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            let embedder = try await pair.startEmbedder()
            try await pair.fill(embedder, count: 25, seed: 57)
            try await self.runNode(pair, upTo: 27)
            let old = try #require(try DurableFile.read(self.file(folder)))
            try await pair.fill(embedder, count: 5, seed: 58)
            let left = "\(self.file(folder)).4711.12345.new"
            try DurableFile.write(Array(old.prefix(9_000)), to: left)
            let index = try await pair.startIndex()
            #expect(try DurableFile.read(left) == nil)
            #expect(self.metric(index, "carina_index_snapshot_seq") == "27")
            #expect(try await self.knows(pair, 34))
            #expect(try DurableFile.read(self.file(folder)) == old)
            await index.stop()
            await embedder.stop()
        }
    }

    @Test("a snapshot that cannot be written is counted, and the node goes on")
    func unwritable() async throws {
        try await withTemporaryFolder { folder in
            let pair = Pair(folder: folder)
            let embedder = try await pair.startEmbedder()
            let index = try await pair.startIndex(["snapshot-events": "1", "snapshot-seconds": "0"])
            // No file can be renamed over a folder that is not empty.
            try DurableFile.createFolder("\(self.file(folder))/occupied")
            let embeddings = try await pair.fill(embedder, count: 8, seed: 59)
            let isCounted = await eventually(within: .seconds(20)) {
                (self.metric(index, "carina_index_snapshot_failures_total").flatMap(Int.init) ?? 0) > 0
            }
            #expect(isCounted)
            #expect(try await self.knows(pair, 10))
            #expect(try await self.hits(pair, embeddings[0].vector).count == 8)
            await index.stop()
            await embedder.stop()
        }
    }
}

import Foundation
import Neighbors
import Snapshots
import Storage
import TestKit
import Testing
import Wire

@Suite("What a snapshot holds")
struct ContentsTests {
    // S-10, S-18: what was written is what is read, and searches find the same in it.
    @Test("everything is read as it was, and the indexes answer alike")
    func roundTrip() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/index.snapshot"
            let contents = try Made.contents()
            let byteCount = try Made.write(to: path)
            let loaded = try #require(try LoadedSnapshot.read(path))
            #expect(loaded.file.byteCount == byteCount)
            #expect(
                loaded.node
                    == NodeRecord(
                        logID: contents.logID,
                        seq: 4_711,
                        shard: 2,
                        shardCount: 5,
                        timeMilliseconds: 1_800_000_000_000,
                        release: "9.9",
                        generationCount: 3,
                        ready: [2, 0]
                    )
            )
            #expect(loaded.ready == contents.ready)
            #expect(loaded.generations.map(\.fingerprint) == [1, 2, 3].map { Made.fingerprint($0) })
            #expect(loaded.generations.map(\.parts) == [Made.parts, Made.oddParts, Made.parts])
            #expect(loaded.generations.map(\.count) == [300, 7, 0])
            for (generation, count) in zip(loaded.generations, [300, 7, 0]) {
                let original = try Made.index(generation.parts, count: count, seed: UInt64(count))
                try Self.compare(generation.index, original, dimension: generation.parts.count == 1 ? 5 : 16)
            }
        }
    }

    private static func compare(_ index: NeighborIndex, _ other: NeighborIndex, dimension: Int) throws {
        var random = SplitMix64(seed: 5)
        for _ in 0..<20 {
            let query = NeighborQuery(
                vector: (0..<dimension).map { _ in Float(random.unit()) },
                weights: dimension == 5 ? [1] : [0.2, 0.8],
                k: 12,
                filters: [AttributeFilter(key: "kernel", comparison: .equal, value: "L")]
            )
            let found = try index.view.search(query).neighbors
            #expect(found == (try other.view.search(query).neighbors))
            #expect(found == (try index.view.bruteForce(query).neighbors))
        }
    }

    @Test("what is loaded goes on changing, and can be written and read again")
    func goesOn() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/index.snapshot"
            try Made.write(to: path)
            let loaded = try #require(try LoadedSnapshot.read(path))
            var index = loaded.generations[0].index
            var fresh = try Made.index(Made.parts, count: 300, seed: 300)
            let more = try Made.index(Made.parts, count: 400, seed: 9).view
            let all = try more.bruteForce(
                NeighborQuery(vector: Array(repeating: 0.5, count: 16), weights: [1, 1], k: 400)
            )
            for (number, neighbor) in all.neighbors.enumerated() {
                let item = NeighborItem(
                    id: neighbor.id,
                    series: neighbor.series,
                    patient: neighbor.patient,
                    vector: (0..<16).map { Float(number + $0) / 400 },
                    attributes: [:]
                )
                try index.insert(item)
                try fresh.insert(item)
            }
            for neighbor in all.neighbors.prefix(200) {
                #expect(index.remove(neighbor.id) && fresh.remove(neighbor.id))
            }
            let contents = SnapshotContents(
                logID: loaded.node.logID,
                seq: 5_000,
                shard: (0, 1),
                generations: [.init(fingerprint: Made.fingerprint(1), parts: Made.parts, view: index.view)],
                ready: []
            )
            _ = try contents.write(to: path, timeMilliseconds: 1, release: "")
            let again = try #require(try LoadedSnapshot.read(path))
            #expect(again.generations[0].count == 500 && again.ready.isEmpty)
            try Self.compare(again.generations[0].index, fresh, dimension: 16)
        }
    }

    // S-10: at whichever moment it is called off.
    @Test("a snapshot that is called off leaves the old one and nothing else")
    func calledOff() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/index.snapshot"
            try Made.write(to: path)
            let old = try DurableFile.read(path)
            var moments = 0
            while true {
                var asked = 0
                do {
                    _ = try Made.contents().write(to: path, timeMilliseconds: 5, release: "") {
                        asked += 1
                        return asked > moments
                    }
                    break
                } catch is CancellationError {
                    #expect(try DurableFile.read(path) == old)
                    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["index.snapshot"])
                }
                moments += 1
            }
            #expect(moments > 5)
            #expect(try LoadedSnapshot.read(path)?.node.timeMilliseconds == 5)
        }
    }
}

import Contracts
import Neighbors
import Snapshots
import Storage
import TestKit
import Testing
import Wire

/// Files whose every bit is the one that was written, by a writer that was wrong.
@Suite("Whole files that make no sense")
struct RefusalTests {
    private static let node = SnapshotSection(kind: 16, ordinal: 0)
    private static func generation(_ number: UInt32) -> SnapshotSection { .init(kind: 17, ordinal: number) }

    /// Why a good snapshot with other sections is refused; nil when it is taken.
    private func refusal(
        _ change: (SnapshotSection, [UInt8]) throws -> [(SnapshotSection, [UInt8])]
    ) async throws -> SnapshotError? {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/index.snapshot"
            try Made.write(to: path)
            try Made.rewrite(path, change)
            do throws(SnapshotError) {
                _ = try LoadedSnapshot.read(path)
                return nil
            } catch {
                return error
            }
        }
    }

    private func refusal(node change: (inout NodeRecord) -> Void) async throws -> SnapshotError? {
        try await self.refusal { section, bytes in
            guard section == Self.node else { return [(section, bytes)] }
            var record = try NodeRecord(decoding: bytes)
            change(&record)
            return [(section, record.body)]
        }
    }

    private func refusal(
        generation number: UInt32,
        _ change: (inout GenerationRecord) -> Void
    ) async throws -> SnapshotError? {
        try await self.refusal { section, bytes in
            guard section == Self.generation(number) else { return [(section, bytes)] }
            var record = try GenerationRecord(decoding: bytes)
            change(&record)
            return [(section, record.body)]
        }
    }

    // S-11: node and generations must be there.
    @Test("a missing node or generation is named")
    func missing() async throws {
        for section in [Self.node, Self.generation(0), Self.generation(2)] {
            let error = try await self.refusal { $0 == section ? [] : [($0, $1)] }
            #expect(error == SnapshotError(.missingSection, at: 0, "\(section)"))
        }
        let more = try await self.refusal { (node: inout NodeRecord) in node.generationCount = .max }
        #expect(more?.kind == .missingSection)
    }

    // S-12: node and generation that cannot be.
    @Test("a node that cannot be is refused")
    func node() async throws {
        let changes: [@Sendable (inout NodeRecord) -> Void] = [
            { $0.shard = 5 }, { $0.shardCount = 0 }, { $0.ready = [3] }, { $0.ready = [1, 0, 1] },
        ]
        for change in changes {
            let error = try await self.refusal(node: change)
            #expect(error?.kind == .badContents && error?.offset == 4_096, "\(error.debugDescription)")
        }
        // Wherever its bytes end, and with an even tag that nobody knows.
        let whole = try await self.nodeBytes()
        for length in whole.indices {
            let error = try await self.refusal { $0 == Self.node ? [($0, Array($1[..<length]))] : [($0, $1)] }
            #expect(error?.kind == .badContents, "\(length)")
        }
        let tagged = try await self.refusal {
            $0 == Self.node ? [($0, $1 + [2, 0, 0, 0, 0, 0])] : [($0, $1)]
        }
        #expect(tagged?.kind == .badContents && tagged?.offset == 4_096 + UInt64(whole.count))
    }

    private func nodeBytes() async throws -> [UInt8] {
        var found: [UInt8] = []
        _ = try await self.refusal { section, bytes in
            if section == Self.node { found = bytes }
            return [(section, bytes)]
        }
        return found
    }

    // S-12: parts and fingerprints.
    @Test("a generation that cannot be is refused")
    func generation() async throws {
        let part = EmbeddingPartRecord(name: "x", count: 16, weight: 1)
        let partLists: [[EmbeddingPartRecord]] = [
            [], [EmbeddingPartRecord(name: "x", count: 0, weight: 1)],
            [EmbeddingPartRecord(name: "x", count: .max, weight: 1)], Array(repeating: part, count: 1_000),
            [EmbeddingPartRecord(name: "x", count: 16, weight: -1)],
        ]
        for parts in partLists {
            let error = try await self.refusal(generation: 0) { $0.parts = parts }
            #expect(error?.kind == .badContents)
        }
        let twice = try await self.refusal(generation: 1) { $0.fingerprint = Made.fingerprint(1) }
        #expect(twice?.kind == .badContents)
    }

    // S-13: indexes that are another's.
    @Test("an index that does not fit its generation is refused, and the whole file with it")
    func index() async throws {
        let otherParts = try await self.refusal(generation: 0) {
            $0.parts = [EmbeddingPartRecord(name: "x", count: 16, weight: 1)]
        }
        let otherCount = try await self.refusal(generation: 0) { $0.count += 1 }
        let largest = try await self.refusal(generation: 0) { $0.count = .max }
        #expect([otherParts, otherCount, largest].allSatisfy { $0?.kind == .badContents })
        for kind in NeighborSection.allCases.map(\.rawValue) {
            var isThere = false
            let cut = try await self.refusal { section, bytes in
                guard section.kind == kind && section.ordinal == 0 else { return [(section, bytes)] }
                isThere = true
                return [(section, Array(bytes.dropLast(4)))]
            }
            let without = try await self.refusal { $0.kind == kind && $0.ordinal == 0 ? [] : [($0, $1)] }
            guard isThere else { continue }
            #expect(cut?.kind == .badContents && without?.kind == .badContents, "\(kind)")
        }
        let swapped = try await self.refusal { section, bytes in
            guard section.kind < 16, section.ordinal < 2 else { return [(section, bytes)] }
            return [(SnapshotSection(kind: section.kind, ordinal: 1 - section.ordinal), bytes)]
        }
        #expect(swapped?.kind == .badContents)
    }

    // S-14, S-19: what a newer writer may add.
    @Test("sections and odd tags that nobody knows are left alone")
    func newer() async throws {
        let error = try await self.refusal { section, bytes in
            if section == Self.node { return [(section, bytes + [7, 0, 1, 0, 0, 0, 9])] }
            if section == Self.generation(1) {
                return [(section, bytes + [1, 0, 0, 0, 0, 0]), (.init(kind: 99, ordinal: 3), [1, 2])]
            }
            return [(section, bytes)]
        }
        #expect(error == nil)
    }
}

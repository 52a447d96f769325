import Neighbors
import Testing

/// The bytes of a snapshot, as a file would hold them.
private struct Sections {
    var bytes: [NeighborSection: [UInt8]] = [:]

    init(_ view: NeighborView) {
        var sections: [NeighborSection: [UInt8]] = [:]
        view.writeSnapshot { section, piece in sections[section, default: []] += Array(piece) }
        self.bytes = sections
    }

    func memory(_ section: NeighborSection) -> NeighborMemory? {
        self.bytes[section].map { bytes in
            let owner = Copy(bytes)
            return NeighborMemory(base: UnsafeRawPointer(owner.base), byteCount: bytes.count, owner: owner)
        }
    }

    private final class Copy: @unchecked Sendable {
        let base: UnsafeMutableRawPointer

        init(_ bytes: [UInt8]) {
            self.base = .allocate(byteCount: max(1, bytes.count), alignment: 64)
            bytes.withUnsafeBytes { bytes in
                if let start = bytes.baseAddress { self.base.copyMemory(from: start, byteCount: bytes.count) }
            }
        }

        deinit { self.base.deallocate() }
    }
}

@Suite struct SnapshotTests {
    private static let parts = [5, 40]

    /// An index with items that were appended, replaced and removed.
    private static func changed() throws -> (index: NeighborIndex, items: [NeighborItem]) {
        let items = archive(count: 1_500, parts: Self.parts, scatter: .clustered, seed: 1)
        var index = try NeighborIndex(parts: Self.parts, items: Array(items[..<1_000]))
        for item in items[1_000...] { try index.insert(item) }
        for item in items[..<30] { index.remove(item.id) }
        return (index, items)
    }

    private static func queries(_ items: [NeighborItem]) -> [NeighborQuery] {
        items.prefix(40).enumerated().map { number, item in
            NeighborQuery(
                vector: item.vector,
                weights: [1, Float(number % 3)],
                k: 20,
                grouping: Grouping.allCases[number % 3],
                filters: number % 4 == 0
                    ? [AttributeFilter(key: "kernel", comparison: .equal, value: "B")] : []
            )
        }
    }

    @Test("an index comes back from its snapshot: the same answers, and it goes on changing")
    func roundTrip() throws {
        let (index, items) = try Self.changed()
        let sections = Sections(index.view)
        var restored = try NeighborIndex(parts: Self.parts) { sections.memory($0) }
        #expect(restored.count == index.count)
        for query in Self.queries(items) {
            let expected = try index.view.bruteForce(query).neighbors
            #expect(try restored.view.search(query).neighbors == expected)
            #expect(try restored.view.bruteForce(query).neighbors == expected)
        }
        // It does not write to the memory that it was given, and knows what is in it.
        for (number, item) in items[..<60].enumerated() {
            let isReplacing = try restored.insert(item)
            #expect(isReplacing == (number >= 30))
        }
        for item in items[60..<900] {
            let wasThere = restored.remove(item.id)
            #expect(wasThere)
        }
        #expect(Sections(index.view).bytes == sections.bytes)
        let left = Array(items[..<60] + items[900...])
        for query in Self.queries(items) {
            let expected = naiveAnswer(left, parts: Self.parts, query: query)
            #expect(try restored.view.search(query).neighbors == expected)
        }
    }

    @Test("an empty index has a snapshot too")
    func empty() throws {
        let sections = Sections(NeighborIndex(parts: Self.parts).view)
        var restored = try NeighborIndex(parts: Self.parts) { sections.memory($0) }
        #expect(restored.count == 0)
        try restored.insert(archive(count: 1, parts: Self.parts, scatter: .uniform, seed: 3)[0])
        #expect(restored.count == 1)
    }

    @Test("a section that is missing is named", arguments: NeighborSection.allCases)
    func missing(section: NeighborSection) throws {
        var sections = Sections(try Self.changed().index.view)
        sections.bytes[section] = nil
        #expect(throws: NeighborSnapshotError.self) {
            try NeighborIndex(parts: Self.parts) { sections.memory($0) }
        }
    }

    @Test("vectors of other parts are refused")
    func otherParts() throws {
        let sections = Sections(try Self.changed().index.view)
        #expect(throws: NeighborSnapshotError.self) {
            try NeighborIndex(parts: [40, 5]) { sections.memory($0) }
        }
    }

    @Test(
        "sections that were cut short or changed are refused or read as what they say, but never past their end",
        arguments: NeighborSection.allCases
    )
    func damaged(section: NeighborSection) throws {
        let sections = Sections(try Self.changed().index.view)
        let whole = try #require(sections.bytes[section])
        var generator = Seeded(state: 7)
        for round in 0..<60 {
            var damaged = sections
            if round % 2 == 0 {
                damaged.bytes[section] = Array(
                    whole.prefix(Int.random(in: 0..<whole.count, using: &generator))
                )
                #expect(throws: NeighborSnapshotError.self) {
                    try NeighborIndex(parts: Self.parts) { damaged.memory($0) }
                }
            } else if section != .partitions {
                let place = Int.random(in: 0..<whole.count, using: &generator)
                damaged.bytes[section]?[place] ^= UInt8(1) << UInt8(round % 8)
                // Whether it is refused depends on the byte; checksums are the file's business.
                _ = try? NeighborIndex(parts: Self.parts) { damaged.memory($0) }
            }
        }
    }
}

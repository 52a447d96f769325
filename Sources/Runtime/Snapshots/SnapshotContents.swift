package import Contracts
package import Neighbors
internal import Storage
package import Wire

/// Everything that a node knows at one position of the embedder's log, as values that nobody changes.
package struct SnapshotContents: Sendable {
    /// One model's vectors.
    package struct Generation: Sendable {
        let fingerprint: Fingerprint
        let parts: [EmbeddingPartRecord]
        let view: NeighborView

        /// A generation of its parts.
        package init(fingerprint: Fingerprint, parts: [EmbeddingPartRecord], view: NeighborView) {
            self.fingerprint = fingerprint
            self.parts = parts
            self.view = view
        }
    }

    /// The embedder's log.
    package let logID: Identifier
    /// Every event up to here is in it.
    package let seq: UInt64
    /// The share that the node keeps, and of how many.
    package let shard: (number: Int, count: Int)
    /// All generations kept.
    package let generations: [Generation]
    /// Those that were declared ready, the last one last.
    package let ready: [Fingerprint]

    /// Contents of their parts.
    package init(
        logID: Identifier,
        seq: UInt64,
        shard: (number: Int, count: Int),
        generations: [Generation],
        ready: [Fingerprint]
    ) {
        self.logID = logID
        self.seq = seq
        self.shard = shard
        self.generations = generations
        self.ready = ready
    }

    /// Writes a snapshot, which then stands at a path instead of the one before. It blocks.
    ///
    /// - Parameters:
    ///   - timeMilliseconds: now.
    ///   - isCalledOff: asked again and again; once it says so, nothing changes.
    /// - Returns: the size of the file.
    /// - Throws: `StorageError`; `CancellationError` when it was called off. The old file is still there then.
    package func write(
        to path: String,
        timeMilliseconds: UInt64,
        release: String,
        isCalledOff: () -> Bool = { false }
    ) throws -> Int {
        let writer = try SnapshotWriter(path: path)
        try writer.append(self.nodeRecord(timeMilliseconds, release).body, to: .node)
        for (number, generation) in self.generations.enumerated() {
            let record = GenerationRecord(
                fingerprint: generation.fingerprint,
                parts: generation.parts,
                count: UInt64(generation.view.count)
            )
            try writer.append(record.body, to: .generation(number))
            var missing = Set(NeighborSection.allCases)
            try unsafe generation.view.writeSnapshot { section, bytes in
                if isCalledOff() { throw CancellationError() }
                // SAFETY: the bytes are valid during this call, which copies or writes them.
                try unsafe writer.append(bytes.bytes, to: .index(section, of: number))
                missing.remove(section)
            }
            // A section without bytes is there all the same: one that is not was lost.
            for section in missing.sorted(by: { $0.rawValue < $1.rawValue }) {
                try writer.append([], to: .index(section, of: number))
            }
        }
        if isCalledOff() { throw CancellationError() }
        return try writer.commit()
    }

    private func nodeRecord(_ timeMilliseconds: UInt64, _ release: String) -> NodeRecord {
        NodeRecord(
            logID: self.logID,
            seq: self.seq,
            shard: UInt32(self.shard.number),
            shardCount: UInt32(self.shard.count),
            timeMilliseconds: timeMilliseconds,
            release: release,
            generationCount: UInt32(self.generations.count),
            ready: self.ready.compactMap { fingerprint in
                self.generations.firstIndex { $0.fingerprint == fingerprint }.map { UInt32($0) }
            }
        )
    }
}

extension SnapshotSection {
    /// Kind 16.
    static let node = SnapshotSection(kind: 16, ordinal: 0)

    /// Kind 17.
    static func generation(_ number: Int) -> SnapshotSection {
        SnapshotSection(kind: 17, ordinal: UInt32(number))
    }

    /// Kinds 1 to 15.
    static func index(_ section: NeighborSection, of generation: Int) -> SnapshotSection {
        SnapshotSection(kind: section.rawValue, ordinal: UInt32(generation))
    }
}

extension SnapshotSection {
    /// What stands in it, for people.
    package var contents: String {
        if self == .node { return "node" }
        if self == .generation(Int(self.ordinal)) { return "generation \(self.ordinal)" }
        let part = NeighborSection(rawValue: self.kind).map { "\($0)" } ?? "something of a newer release"
        return "\(part), generation \(self.ordinal)"
    }
}
